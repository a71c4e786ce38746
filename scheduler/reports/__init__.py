"""The week's report: pure figures out of the log (I6), then a page, a document or a table of them."""
