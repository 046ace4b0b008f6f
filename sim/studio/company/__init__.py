"""What the page of one's own company is made of: files, questions and answers, the company today, and what it is fitted to."""
