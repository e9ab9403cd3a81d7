"""What prices, quantities, contacts and dates are written with: word tables, and the code that reads them."""
