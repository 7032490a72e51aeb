// The fast kernels: one table of functions for each instruction set, all with the same bits.
//
// Memory. Channels lie in blocks of 16: a map is [blocks][height][width][16], with a border (halo)
// of zeros around each block's pixels where a reader needs it. Strides are in elements; unused
// lanes of the last block hold finite numbers that no table points at. Maps with few channels may
// lie as planes, [channels][height][width]. Every vector may be read 15 elements past its end.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plain.h"

#pragma clang assume_nonnull begin

/// Channels of a block, outputs of a weight panel.
enum { ck_lanes = 16 };

/// In the place of the tap of a window that won.
enum { ck_no_winner = 0xffff };

/// Elements of a map in blocks: where its first pixel is, and how far apart blocks and rows are.
typedef struct {
  float *start;
  ptrdiff_t block, row;
} ck_view;

/// Blocks, rows and columns of a map.
typedef struct {
  ptrdiff_t blocks, height, width;
} ck_size;

/// What follows a chain or a sum before it is stored: y = fma(y, scale, shift), for a product the
/// map that is added, then relu, leaky relu or clip.
typedef struct {
  const float *_Nullable scale, *_Nullable shift;
  bool activates;
  ck_activation activation;
} ck_finish;

/// How a product finds the factors of one vector of outputs.
typedef enum {
  CK_BROADCAST,  // lanes are outputs; one input, given to all
  CK_POOLED,     // the same, and a row is four pixels in a square, the largest of which is kept
  CK_DEPTHWISE,  // lanes are channels; each has its own input beside the others'
  CK_SCATTERED,  // lanes are outputs; each has its own input somewhere
  CK_PIXELS,     // lanes are pixels side by side; one weight, given to all
} ck_product_kind;

/// A convolution, a dense layer or the input gradient of one:
///
///     y[row, output] = chain from bias over k ascending of x[row + offsets[k]] weights[output, k]
///
/// A row is a pixel of an image, or with CK_PIXELS 16 pixels side by side; a dense layer has one
/// pixel. A panel is 16 outputs, or with CK_PIXELS one.
typedef struct {
  ck_product_kind kind;
  ptrdiff_t taps, panels;
  /// [taps]; with CK_SCATTERED [panels][taps][16].
  const int32_t *offsets;
  /// [panels][taps][16]; with CK_PIXELS [panels][taps].
  const float *weights;
  /// One for each output of each panel.
  const float *bias;
  ck_finish finish;
  /// [panels]: what a panel adds to the places of its inputs and outputs.
  const int32_t *panel_in, *panel_out;
  /// Pixels of an image, and the steps between them.
  ptrdiff_t height, width;
  ptrdiff_t in_row, in_column, out_row, out_column;
  /// The same for a map that is added, or for winners; null and unused without them.
  const int32_t *_Nullable panel_added;
  ptrdiff_t added_row, added_column;
  /// 3 or 5 where the taps are whole windows of so many rows and columns. With CK_POOLED they are,
  /// in x of planes, each row one of the map's behind the last; with CK_PIXELS each row lies one of
  /// the map's before the last, each column one pixel before; else 0.
  ptrdiff_t window;
  /// With CK_POOLED, as in max_pool.
  bool rectified;
} ck_product;

/// What a product reads and writes; each map's elements from one image to the next.
typedef struct {
  const float *x;
  ptrdiff_t x_image;
  float *y;
  ptrdiff_t y_image;
  /// May be null; else it is added to what the chains give behind scale and shift. CK_PIXELS takes
  /// none.
  const float *_Nullable added;
  ptrdiff_t added_image;
  /// May be null; else with CK_POOLED it receives the winners, as from max_pool, where another kind
  /// finds what is added.
  uint16_t *_Nullable winners;
  /// May be null; else it receives, at the places of y, whether the activation passed the number
  /// on unchanged.
  uint8_t *_Nullable passed;
} ck_operands;

/// A pool over blocks, between a map and its smaller map (whichever is computed).
typedef struct {
  ck_window window;
  bool counts_padding;
  ptrdiff_t blocks;
} ck_pool;

/// The kernels of one instruction set.
typedef struct {
  /// Rows from `first` to `end` over all images, and panels likewise.
  void (*product)(
      const ck_product *product, const ck_operands *operands, ptrdiff_t first_row,
      ptrdiff_t end_row, ptrdiff_t first_panel, ptrdiff_t end_panel);

  /// `winners` may be null; else it receives the first largest tap of each output, without halo.
  /// Where x is `rectified`, nothing goes back to outputs that are not above 0: ck_no_winner.
  void (*max_pool)(
      const ck_pool *pool, ck_view x, ck_view y, uint16_t *_Nullable winners, bool rectified);
  void (*max_pool_gradient)(
      const ck_pool *pool, ck_view dy, const uint16_t *winners, ck_view dx);
  /// The same for windows of 2 x 2 that cover their map without sharing, eight or more in a row,
  /// and a dx in planes, of which dx.block is the distance.
  void (*max_pool_gradient_planes)(
      const ck_pool *pool, ptrdiff_t channels, ck_view dy, const uint16_t *winners, ck_view dx);
  void (*average_pool)(const ck_pool *pool, ck_view x, ck_view y);
  void (*average_pool_gradient)(const ck_pool *pool, ck_view dy, ck_view dx);

  /// y = finish((x0 + x1) + x2 ...).
  void (*combine)(
      ck_size size, const ck_view *x, ptrdiff_t count, const ck_finish *finish, ck_view y,
      uint8_t *_Nullable passed);
  /// dx = ((dy0 + dy1) + dy2 ...), then stopped where the activation did not pass (leaky: times
  /// its slope), then times scale. `passed` has the strides of `forward`, whose start is unused.
  void (*combine_gradient)(
      ck_size size, const ck_view *dy, ptrdiff_t count, const ck_finish *finish,
      const uint8_t *_Nullable passed, ck_view forward, ck_view dx);

  /// y = f(x) and dx = the gradient for any element-wise operator, over maps; over `count` numbers
  /// side by side, none behind them read or written.
  void (*activation)(ck_activation f, ck_size size, ck_view x, ck_view y);
  void (*activation_gradient)(
      ck_activation f, ck_size size, ck_view x, ck_view y, ck_view dy, ck_view dx);
  void (*activation_values)(ck_activation f, const float *x, ptrdiff_t count, float *y);
  void (*activation_gradients)(
      ck_activation f, const float *x, const float *y, const float *dy, ptrdiff_t count,
      float *dx);

  /// z = x^y, and its gradient dx = dz y x^(y - 1).
  void (*power)(const float *x, const float *y, ptrdiff_t count, float *z);
  void (*power_gradient)(
      const float *x, const float *y, const float *dz, ptrdiff_t count, float *dx);

  /// Numbers rounded to steps, as `ck_plain_quantization`, and the gradient.
  void (*quantization)(ck_quantization q, ck_size size, ck_view x, ck_view y);
  void (*quantization_gradient)(
      ck_quantization q, ck_size size, ck_view x, ck_view dy, ck_view dx);

  /// Along the channels of each pixel.
  void (*softmax)(ptrdiff_t channels, ck_size size, ck_view x, ck_view y);
  void (*softmax_gradient)(
      ptrdiff_t channels, ck_size size, ck_view y, ck_view dy, ck_view dx);
  /// dx = round(softmax(x) - onehot(label)) of a vector.
  void (*loss_gradient)(const float *x, ptrdiff_t count, ptrdiff_t label, float *dx);

  /// Blocks to planes: plane c begins at planes + c * plane.
  void (*to_planes)(
      ptrdiff_t channels, ck_size size, ck_view x, float *planes, ptrdiff_t plane,
      ptrdiff_t plane_row);

  /// y[i, j] = chain from y[i, j] over k ascending of a[i, k] b[k, j]; y is rows x columns and b
  /// inner x columns, row by row, and a[i, k] lies at i a_row + k a_step.
  void (*matrix_product)(
      ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns, const float *a, ptrdiff_t a_row,
      ptrdiff_t a_step, const float *b, float *y);

  /// a * b + c as written: two roundings, unless the compiler contracts it.
  float (*probe)(float a, float b, float c);
  /// The fused multiply-add that the chains use.
  float (*fma)(float a, float b, float c);
} ck_kernels;

/// The instruction sets with kernels of their own.
typedef enum { CK_EMUL, CK_NEON, CK_AVX2, CK_AVX512 } ck_instruction_set;

/// The kernels for an instruction set; null where this CPU lacks it.
const ck_kernels *_Nullable ck_kernels_for(ck_instruction_set set);

/// Rows of a product in one image.
ptrdiff_t ck_product_rows(const ck_product *product);

/// weights[p][k][l] = source[lanes[16 p + l] + taps[k]], +0 where the lane is negative; the source
/// is little-endian at any address.
void ck_pack(
    const void *source, const ptrdiff_t *lanes, ptrdiff_t panels, const ptrdiff_t *taps,
    ptrdiff_t tap_count, float *weights);

/// Copies a tensor in row-major order into a map: channel c lies at
/// c / lanes * block + c % lanes, lanes 1 for planes. Strides are the tensor's.
void ck_import(
    const float *tensor, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width,
    ptrdiff_t channel_stride, ptrdiff_t row_stride, ptrdiff_t column_stride, ck_view map,
    ptrdiff_t lanes);

/// The way back.
void ck_export(
    ck_view map, ptrdiff_t lanes, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width,
    ptrdiff_t channel_stride, ptrdiff_t row_stride, ptrdiff_t column_stride, float *tensor);

/// y[to[i]] = x[from[i]].
void ck_rearrange(
    const float *x, const int32_t *from, const int32_t *to, ptrdiff_t count, float *y);

/// The plain form of `matrix_product`.
void ck_plain_matrix_product(
    ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns, const float *a, ptrdiff_t a_row,
    ptrdiff_t a_step, const float *b, float *y);

#pragma clang assume_nonnull end
