// stock
