// Rows of a product: where they lie, and how their finished sums are stored; a part of body.h.

#pragma once

/// The most rows of a tile, and of a block of tiles.
enum { tile_rows = 6, block_rows = 384 };

/// Where a row reads and writes, from x and y.
typedef struct {
  ptrdiff_t in, out;
} place;

/// A product with its operands.
typedef struct {
  const ck_product *product;
  const float *x;
  ptrdiff_t x_image;
  float *y;
  ptrdiff_t y_image;
  uint8_t *passed;
} task;

/// A row's image, row and column in the image.
typedef struct {
  ptrdiff_t image, row, column;
} position;

INLINE position position_of(ptrdiff_t row, ptrdiff_t columns, ptrdiff_t height) {
  ptrdiff_t line = row / columns;
  return (position){line / height, line % height, row % columns};
}

INLINE void next_line(position *at, ptrdiff_t height) {
  at->column = 0;
  if (++at->row < height) return;
  at->row = 0;
  at->image++;
}

INLINE place line_start(const task *t, position at) {
  const ck_product *p = t->product;
  return (place){
      at.image * t->x_image + at.row * p->in_row, at.image * t->y_image + at.row * p->out_row};
}

/// Fills in the places of `count` rows from `first`, over all images.
static void locate(const task *t, ptrdiff_t first, ptrdiff_t count, place *places) {
  const ck_product *p = t->product;
  position at = position_of(first, p->width, p->height);
  while (count > 0) {
    place start = line_start(t, at);
    ptrdiff_t in = start.in + at.column * p->in_column;
    ptrdiff_t out = start.out + at.column * p->out_column;
    ptrdiff_t run = p->width - at.column < count ? p->width - at.column : count;
    for (ptrdiff_t i = 0; i < run; i++, in += p->in_column, out += p->out_column) {
      places[i] = (place){in, out};
    }
    places += run;
    count -= run;
    next_line(&at, p->height);
  }
}

/// Finishes the sums of `rows` rows of a panel and stores them.
INLINE void store_rows(
    const task *t, const place *places, const int rows, ptrdiff_t panel, lanes *sum) {
  const ck_product *p = t->product;
  const ck_finish *finish = &p->finish;
  if (finish->scale) {
    lanes scale = load(finish->scale + panel * ck_lanes);
    lanes shift = load(finish->shift + panel * ck_lanes);
    UNROLL for (int i = 0; i < rows; i++) sum[i] = FMA(sum[i], scale, shift);
  }
  if (finish->activates) {
    if (t->passed) {
      uint8_t *passed = t->passed + p->panel_out[panel];
      UNROLL for (int i = 0; i < rows; i++) {
        *(loose_bytes *)(passed + places[i].out) = marks_of(passing(&finish->activation, sum[i]));
      }
    }
    activate(&finish->activation, rows, sum);
  }
  float *y = t->y + p->panel_out[panel];
  UNROLL for (int i = 0; i < rows; i++) store(y + places[i].out, sum[i]);
}
