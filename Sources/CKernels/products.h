// Convolutions, dense layers and their gradients; a part of body.h.

#pragma once

#include "rows.h"

#include "broadcast.h"
#include "pixels.h"
#include "pooled.h"
#include "separate.h"

static void product(
    const ck_product *p, const ck_operands *operands, ptrdiff_t first_row, ptrdiff_t end_row,
    ptrdiff_t first_panel, ptrdiff_t end_panel) {
  const task t = {p, operands};
  switch (p->kind) {
    case CK_BROADCAST: broadcast_rows(&t, first_row, end_row, first_panel, end_panel); break;
    case CK_POOLED: pooled_rows(&t, first_row, end_row, first_panel, end_panel); break;
    case CK_DEPTHWISE:
    case CK_SCATTERED: separate_rows(&t, first_row, end_row, first_panel, end_panel); break;
    case CK_PIXELS: pixel_rows(&t, first_row, end_row, first_panel, end_panel); break;
  }
}
