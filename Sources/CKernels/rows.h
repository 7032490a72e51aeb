// Rows of a product: where they lie, and how their finished sums are stored; a part of body.h.

#pragma once

/// The most rows of a tile, and of a block of tiles.
enum { tile_rows = 6, block_rows = 384 };

/// Where a row reads and writes, from x and y, and where it finds what is added.
typedef struct {
  ptrdiff_t in, out, added;
} place;

/// A product with its operands.
typedef struct {
  const ck_product *product;
  const ck_operands *operands;
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
  const ck_operands *o = t->operands;
  return (place){
      at.image * o->x_image + at.row * p->in_row, at.image * o->y_image + at.row * p->out_row,
      at.image * o->added_image + at.row * p->added_row};
}

/// The place some columns further.
INLINE place moved(const ck_product *p, place from, ptrdiff_t columns) {
  return (place){
      from.in + columns * p->in_column, from.out + columns * p->out_column,
      from.added + columns * p->added_column};
}

/// Fills in the places of `count` rows from `first`, over all images.
static void locate(const task *t, ptrdiff_t first, ptrdiff_t count, place *places) {
  const ck_product *p = t->product;
  position at = position_of(first, p->width, p->height);
  while (count > 0) {
    place place = moved(p, line_start(t, at), at.column);
    ptrdiff_t run = p->width - at.column < count ? p->width - at.column : count;
    for (ptrdiff_t i = 0; i < run; i++, place = moved(p, place, 1)) places[i] = place;
    places += run;
    count -= run;
    next_line(&at, p->height);
  }
}

/// Where a panel's sums go, and what happens to them before. It is copied out of the task, which
/// every store might change as far as the compiler knows.
typedef struct {
  ck_finish finish;
  const float *added;
  uint8_t *passed;
  float *y;
} outlet;

INLINE outlet outlet_of(const task *t, ptrdiff_t panel) {
  const ck_product *p = t->product;
  const ck_operands *o = t->operands;
  outlet outlet = {p->finish, NULL, NULL, o->y + p->panel_out[panel]};
  if (outlet.finish.scale) {
    outlet.finish.scale += panel * ck_lanes;
    outlet.finish.shift += panel * ck_lanes;
  }
  if (o->added) outlet.added = o->added + p->panel_added[panel];
  if (o->passed) outlet.passed = o->passed + p->panel_out[panel];
  return outlet;
}

/// Finishes the sums of `rows` rows of a panel and stores them.
INLINE void store_rows(const outlet *o, const place *places, const int rows, lanes *sum) {
  const ck_finish *finish = &o->finish;
  if (finish->scale) {
    lanes scale = load(finish->scale), shift = load(finish->shift);
    UNROLL for (int i = 0; i < rows; i++) sum[i] = FMA(sum[i], scale, shift);
  }
  if (o->added) {
    UNROLL for (int i = 0; i < rows; i++) sum[i] += load(o->added + places[i].added);
  }
  if (finish->activates) {
    if (o->passed) {
      UNROLL for (int i = 0; i < rows; i++) {
        ints passes = passing(&finish->activation, sum[i]);
        *(loose_bytes *)(o->passed + places[i].out) = marks_of(passes);
      }
    }
    activate(&finish->activation, rows, sum);
  }
  UNROLL for (int i = 0; i < rows; i++) store(o->y + places[i].out, sum[i]);
}
