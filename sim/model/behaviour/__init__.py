"""What customers do of themselves: expect, judge, trust, resent, complain, talk, choose."""
