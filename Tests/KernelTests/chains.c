// The chains and functions of Sources/CKernels alone, in C, for machines on which Swift's build is
// not at hand (scripts/compare-kernels runs it under an emulator of arm64). Writes the outputs and
// input gradients of the cases of Sources/Engine/ChainCase.swift, each from every kind of product
// that can give it, and the elementary functions over their range, one file each; the files'
// SHA-256 are tensor digests. Convolutions with a max pool are compared with their plain form.
//
//     chains emul|neon|avx2|avx512 FOLDER
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

typedef struct {
  const char *name;
  int channels, height, width, outputs, inner, kernel_y, kernel_x;
  int stride_y, stride_x, dilation_y, dilation_x, top, left, bottom, right, groups;
  float scale;
  bool has_bias, is_vector;
} chain;

static const chain chains[] = {
    {"few channels, 3 x 3", 1, 9, 9, 32, 1, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0.25f, true, false},
    {"odd channels, padded", 3, 7, 5, 17, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.25f, true, false},
    {"1 x 1", 17, 5, 4, 33, 17, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0.25f, true, false},
    {"7 x 7, stride 2", 4, 15, 15, 16, 4, 7, 7, 2, 2, 1, 1, 3, 3, 3, 3, 1, 0.125f, true, false},
    {"depthwise, stride 2", 20, 9, 8, 20, 1, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 20, 0.5f, true, false},
    {"depthwise, three each", 6, 6, 7, 18, 1, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 6, 0.5f, false, false},
    {"two groups", 8, 6, 6, 12, 4, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 2, 0.25f, true, false},
    {"dilation 2", 3, 11, 10, 20, 3, 3, 3, 1, 1, 2, 2, 2, 2, 2, 2, 1, 0.25f, true, false},
    {"everything uneven", 5, 9, 14, 7, 5, 2, 5, 1, 3, 2, 1, 1, 3, 0, 2, 1, 0.25f, true, false},
    {"few outputs", 33, 6, 19, 3, 33, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.125f, true, false},
    {"4,608 taps", 512, 3, 3, 16, 512, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.03125f, true, false},
    {"dense, 5,408 inputs", 5408, 1, 1, 13, 5408, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0.03125f, true,
     true},
    {"subnormal sums", 3, 8, 7, 20, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0x1p-128f, true, false},
};

static const char *folder;

static void *reserve(ptrdiff_t count, ptrdiff_t size) {
  void *memory = NULL;
  // Vectors may be read to 15 elements past the end.
  if (posix_memalign(&memory, 64, (size_t)(count * size + 128)) != 0) abort();
  memset(memory, 0, (size_t)(count * size + 128));
  return memory;
}

static void fill(float *numbers, ptrdiff_t count, uint32_t state, float scale) {
  for (ptrdiff_t i = 0; i < count; i++) {
    state = state * 1664525u + 1013904223u;
    numbers[i] = ((float)(state >> 8) * 0x1p-23f - 1) * scale;
  }
}

static void write_tensor(
    const char *kind, int number, const char *what, int rank, const uint64_t *shape,
    const float *numbers) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%02d-%s-%s", folder, number, what, kind);
  FILE *file = fopen(path, "wb");
  if (!file) {
    perror(path);
    exit(2);
  }
  uint64_t count = 1, axes = (uint64_t)rank;
  fwrite(&axes, 8, 1, file);
  for (int i = 0; i < rank; i++) {
    fwrite(&shape[i], 8, 1, file);
    count *= shape[i];
  }
  fwrite(numbers, 4, count, file);
  fclose(file);
}

// A convolution in gather form: outputs of one phase of pixels from a padded map in planes.
typedef struct {
  int outputs, taps, rows, columns;
  ptrdiff_t in_row, in_column, out_plane, out_row, out_column;
  const float *bias;
  // [outputs][taps]
  float *weights;
  int32_t *offsets;
} gather;

// y[o] from a pixel's place on: lanes are outputs that share their inputs, outputs with inputs of
// their own, or pixels.
static void run(const ck_kernels *kernels, const gather *g, ck_product_kind kind, const float *x,
                float *y) {
  int lanes = kind == CK_PIXELS ? 1 : ck_lanes;
  int panels = (g->outputs + lanes - 1) / lanes;
  float *weights = reserve((ptrdiff_t)panels * g->taps * lanes, 4);
  float *bias = reserve((ptrdiff_t)panels * lanes, 4);
  int32_t *offsets = reserve((ptrdiff_t)panels * g->taps * lanes, 4);
  int32_t *panel_in = reserve(panels, 4), *panel_out = reserve(panels, 4);
  // Outputs of a panel lie side by side: planes are put in their places behind the product.
  ptrdiff_t pixels = (ptrdiff_t)g->rows * g->columns;
  float *result = reserve(panels * lanes * pixels, 4);
  for (int o = 0; o < g->outputs; o++) {
    int panel = o / lanes, lane = o % lanes;
    bias[panel * lanes + lane] = g->bias ? g->bias[o] : 0;
    panel_out[panel] = (int32_t)(panel * pixels * lanes);
    for (int k = 0; k < g->taps; k++) {
      ptrdiff_t at = ((ptrdiff_t)panel * g->taps + k) * lanes + lane;
      weights[at] = g->weights[(ptrdiff_t)o * g->taps + k];
      offsets[kind == CK_SCATTERED ? at : k] = g->offsets[(ptrdiff_t)o * g->taps + k];
    }
  }
  ck_product product = {
      .kind = kind, .taps = g->taps, .panels = panels, .offsets = offsets, .weights = weights,
      .bias = bias, .panel_in = panel_in, .panel_out = panel_out, .height = g->rows,
      .width = g->columns, .in_row = g->in_row, .in_column = g->in_column,
      .out_row = (ptrdiff_t)g->columns * lanes, .out_column = lanes};
  const ck_operands operands = {.x = x, .y = result};
  kernels->product(&product, &operands, 0, ck_product_rows(&product), 0, panels);
  for (int o = 0; o < g->outputs; o++) {
    for (int r = 0; r < g->rows; r++) {
      for (int q = 0; q < g->columns; q++) {
        y[o * g->out_plane + r * g->out_row + q * g->out_column] =
            result[(o / lanes) * pixels * lanes + ((ptrdiff_t)r * g->columns + q) * lanes + o % lanes];
      }
    }
  }
  free(weights), free(bias), free(offsets), free(panel_in), free(panel_out), free(result);
}

// Runs outputs that share their inputs group by group, or all at once.
static void run_groups(const ck_kernels *kernels, const gather *g, int groups,
                       ck_product_kind kind, const float *x, float *y) {
  if (kind == CK_SCATTERED) {
    run(kernels, g, kind, x, y);
    return;
  }
  int share = g->outputs / groups;
  for (int group = 0; group < groups; group++) {
    gather part = *g;
    part.outputs = share;
    part.bias = g->bias ? g->bias + group * share : NULL;
    part.weights += (ptrdiff_t)group * share * g->taps;
    part.offsets += (ptrdiff_t)group * share * g->taps;
    run(kernels, &part, kind, x, y + group * share * g->out_plane);
  }
}

static int remainder_of(int a, int b) { return ((a % b) + b) % b; }

static void run_chain(const ck_kernels *kernels, int number, const chain *c, ck_product_kind kind,
                      const char *kind_name) {
  ptrdiff_t in_count = (ptrdiff_t)c->channels * c->height * c->width;
  int taps = c->inner * c->kernel_y * c->kernel_x, share = c->outputs / c->groups;
  int rows = (c->height + c->top + c->bottom - (c->kernel_y - 1) * c->dilation_y - 1) / c->stride_y + 1;
  int columns =
      (c->width + c->left + c->right - (c->kernel_x - 1) * c->dilation_x - 1) / c->stride_x + 1;
  ptrdiff_t out_count = (ptrdiff_t)c->outputs * rows * columns;
  float *x = reserve(2 * in_count, 4), *w = reserve((ptrdiff_t)c->outputs * taps, 4);
  float *bias = reserve(c->outputs, 4), *y = reserve(2 * out_count, 4);
  float *dx = reserve(2 * in_count, 4), *dy = reserve(out_count, 4);
  fill(x, 2 * in_count, 1, 1);
  fill(w, (ptrdiff_t)c->outputs * taps, 2, c->scale);
  if (c->has_bias) fill(bias, c->outputs, 3, c->scale);

  int high = c->height + c->top + c->bottom, wide = c->width + c->left + c->right;
  float *padded = reserve((ptrdiff_t)c->channels * high * wide, 4);
  gather forward = {
      .outputs = c->outputs, .taps = taps, .rows = rows, .columns = columns,
      .in_row = (ptrdiff_t)c->stride_y * wide, .in_column = c->stride_x,
      .out_plane = (ptrdiff_t)rows * columns, .out_row = columns, .out_column = 1, .bias = bias,
      .weights = w, .offsets = reserve((ptrdiff_t)c->outputs * taps, 4)};
  for (int o = 0; o < c->outputs; o++) {
    int32_t *offset = forward.offsets + (ptrdiff_t)o * taps;
    for (int i = 0; i < c->inner; i++) {
      for (int ky = 0; ky < c->kernel_y; ky++) {
        for (int kx = 0; kx < c->kernel_x; kx++) {
          int channel = o / share * c->inner + i;
          *offset++ = (channel * high + ky * c->dilation_y) * wide + kx * c->dilation_x;
        }
      }
    }
  }

  // dy behind a border as wide as any tap reaches beyond it.
  int border = 16, dy_high = rows + 2 * border, dy_wide = columns + 2 * border;
  float *dy_padded = reserve((ptrdiff_t)c->outputs * dy_high * dy_wide, 4);
  gather backward = {
      .outputs = c->channels, .in_row = dy_wide, .in_column = 1,
      .out_plane = (ptrdiff_t)c->height * c->width, .out_row = (ptrdiff_t)c->stride_y * c->width,
      .out_column = c->stride_x,
      .weights = reserve((ptrdiff_t)c->channels * share * c->kernel_y * c->kernel_x, 4),
      .offsets = reserve((ptrdiff_t)c->channels * share * c->kernel_y * c->kernel_x, 4)};

  for (int row = 0; row < 2; row++) {
    for (int channel = 0; channel < c->channels; channel++) {
      for (int r = 0; r < c->height; r++) {
        memcpy(padded + ((ptrdiff_t)channel * high + r + c->top) * wide + c->left,
               x + row * in_count + ((ptrdiff_t)channel * c->height + r) * c->width,
               (size_t)c->width * 4);
      }
    }
    run_groups(kernels, &forward, c->groups, kind, padded, y + row * out_count);
    kernels->loss_gradient(y + row * out_count, out_count, row, dy);
    for (int o = 0; o < c->outputs; o++) {
      for (int r = 0; r < rows; r++) {
        memcpy(dy_padded + ((ptrdiff_t)o * dy_high + r + border) * dy_wide + border,
               dy + ((ptrdiff_t)o * rows + r) * columns, (size_t)columns * 4);
      }
    }
    for (int py = 0; py < c->stride_y && py < c->height; py++) {
      for (int px = 0; px < c->stride_x && px < c->width; px++) {
        gather phase = backward;
        phase.rows = (c->height - py + c->stride_y - 1) / c->stride_y;
        phase.columns = (c->width - px + c->stride_x - 1) / c->stride_x;
        int known = 0;
        for (int ky = 0; ky < c->kernel_y; ky++) {
          for (int kx = 0; kx < c->kernel_x; kx++) {
            known += remainder_of(py + c->top - ky * c->dilation_y, c->stride_y) == 0 &&
                     remainder_of(px + c->left - kx * c->dilation_x, c->stride_x) == 0;
          }
        }
        phase.taps = share * known;
        ptrdiff_t at = 0;
        for (int channel = 0; channel < c->channels; channel++) {
          int group = channel / c->inner, i = channel % c->inner;
          for (int o = group * share; o < (group + 1) * share; o++) {
            for (int ky = 0; ky < c->kernel_y; ky++) {
              for (int kx = 0; kx < c->kernel_x; kx++) {
                int down = py + c->top - ky * c->dilation_y, along = px + c->left - kx * c->dilation_x;
                if (remainder_of(down, c->stride_y) || remainder_of(along, c->stride_x)) continue;
                phase.weights[at] =
                    w[(((ptrdiff_t)o * c->inner + i) * c->kernel_y + ky) * c->kernel_x + kx];
                phase.offsets[at++] =
                    (o * dy_high + down / c->stride_y + border) * dy_wide + along / c->stride_x + border;
              }
            }
          }
        }
        run_groups(kernels, &phase, c->groups, kind, dy_padded,
                   dx + row * in_count + py * c->width + px);
      }
    }
  }
  const uint64_t logits[] = {2, (uint64_t)out_count};
  const uint64_t map[] = {2, (uint64_t)c->channels, (uint64_t)c->height, (uint64_t)c->width};
  write_tensor(kind_name, number, "outputs", 2, logits, y);
  write_tensor(kind_name, number, "gradients", c->is_vector ? 2 : 4, map, dx);
  free(x), free(w), free(bias), free(y), free(dx), free(dy), free(padded), free(dy_padded);
  free(forward.offsets), free(backward.weights), free(backward.offsets);
}

// Every function over numbers of every size, as single bits from 0 on in large steps.
static void run_functions(const ck_kernels *kernels) {
  enum { step = 65521, count = (int)(0x100000000 / step) };
  static float x[count + 32], y[count + 32];
  for (int i = 0; i < count; i++) {
    uint32_t bits = (uint32_t)i * step;
    memcpy(&x[i], &bits, 4);
  }
  const uint64_t shape[] = {count};
  for (int kind = 0; kind < CK_ACTIVATION_KINDS; kind++) {
    ck_activation function = {.kind = (ck_activation_kind)kind, .low = -0.25f, .high = 0.75f};
    kernels->activation_values(function, x, count, y);
    for (int i = 0; i < count; i++) {
      if (y[i] != y[i]) y[i] = __builtin_nanf("");
    }
    write_tensor("function", kind, "values", 1, shape, y);
  }
}

// A convolution with ReLU and the max pool behind it in one, against the plain forms one after
// another; false where a bit differs. Winners are checked by where the plain gradient of the pool
// goes back to.
static bool run_pooled(
    const ck_kernels *kernels, ptrdiff_t channels, ptrdiff_t side, ptrdiff_t height,
    ptrdiff_t width, ptrdiff_t outputs) {
  const ptrdiff_t panels = (outputs + ck_lanes - 1) / ck_lanes, taps = channels * side * side;
  const ptrdiff_t rows = height - side + 1, columns = width - side + 1;
  const ptrdiff_t high = rows / 2, wide = columns / 2, block = high * wide * ck_lanes;
  const ck_window window = {
      .channels = channels, .height = height, .width = width, .outputs = outputs,
      .out_height = rows, .out_width = columns, .kernel_height = side, .kernel_width = side,
      .stride_y = 1, .stride_x = 1, .dilation_y = 1, .dilation_x = 1, .groups = 1};
  const ck_window fours = {
      .channels = outputs, .height = rows, .width = columns, .outputs = outputs,
      .out_height = high, .out_width = wide, .kernel_height = 2, .kernel_width = 2,
      .stride_y = 2, .stride_x = 2, .dilation_y = 1, .dilation_x = 1, .groups = 1};
  float *x = reserve(channels * height * width, 4), *w = reserve(outputs * taps, 4);
  float *bias = reserve(panels * ck_lanes, 4), *map = reserve(outputs * rows * columns, 4);
  float *expected = reserve(outputs * high * wide, 4), *back = reserve(outputs * rows * columns, 4);
  float *packed = reserve(panels * taps * ck_lanes, 4), *y = reserve(panels * block, 4);
  uint16_t *winners = reserve(panels * block, 2);
  int32_t *offsets = reserve(taps, 4), *in = reserve(panels, 4), *out = reserve(panels, 4);
  fill(x, channels * height * width, 1, 1);
  fill(w, outputs * taps, 2, 0.25f);
  fill(bias, outputs, 3, 0.25f);
  // Ties, and windows with a NaN and without a number above 0.
  for (ptrdiff_t i = 0; i < height * width; i += 3) x[i] = (float)(i % 2);
  x[height * width / 2] = __builtin_nanf("");
  const ck_activation relu = {.kind = CK_RELU};
  ck_plain_convolution(window, x, w, bias, map);
  ck_plain_activation(relu, map, outputs * rows * columns, map);
  ck_plain_max_pool(fours, map, expected);
  float *ones = reserve(outputs * high * wide, 4);
  for (ptrdiff_t i = 0; i < outputs * high * wide; i++) ones[i] = 1;
  ck_plain_max_pool_gradient(fours, map, ones, back);
  for (ptrdiff_t k = 0; k < taps; k++) {
    offsets[k] = (int32_t)(k / (side * side) * height * width + k / side % side * width + k % side);
    for (ptrdiff_t o = 0; o < outputs; o++) {
      packed[(o / ck_lanes * taps + k) * ck_lanes + o % ck_lanes] = w[o * taps + k];
    }
  }
  for (ptrdiff_t p = 0; p < panels; p++) out[p] = (int32_t)(p * block);
  const ck_product product = {
      .kind = CK_POOLED, .taps = taps, .panels = panels, .offsets = offsets, .weights = packed,
      .bias = bias, .finish = {.activates = true, .activation = relu}, .panel_in = in,
      .panel_out = out, .height = high, .width = wide, .in_row = 2 * width, .in_column = 2,
      .out_row = wide * ck_lanes, .out_column = ck_lanes, .panel_added = out,
      .added_row = wide * ck_lanes, .added_column = ck_lanes, .window = side, .rectified = true};
  const ck_operands operands = {.x = x, .y = y, .winners = winners};
  kernels->product(&product, &operands, 0, high * wide, 0, panels);
  bool equal = true;
  for (ptrdiff_t o = 0; o < outputs; o++) {
    for (ptrdiff_t i = 0; i < high * wide; i++) {
      const ptrdiff_t at = o / ck_lanes * block + i * ck_lanes + o % ck_lanes;
      const float plain = expected[o * high * wide + i];
      equal = equal && ck_same_bits(&y[at], &plain, 1);
      for (ptrdiff_t tap = 0; tap < 4; tap++) {
        const ptrdiff_t row = i / wide * 2 + tap / 2, column = i % wide * 2 + tap % 2;
        const bool wins = plain > 0 && back[(o * rows + row) * columns + column] == 1;
        equal = equal && wins == (winners[at] == tap);
      }
    }
  }
  free(x), free(w), free(bias), free(map), free(expected), free(back), free(packed), free(y);
  free(winners), free(offsets), free(in), free(out), free(ones);
  return equal;
}

int main(int count, char **arguments) {
  static const char *const names[] = {"emul", "neon", "avx2", "avx512"};
  const ck_kernels *kernels = NULL;
  for (int set = 0; count == 3 && set < 4; set++) {
    if (strcmp(arguments[1], names[set]) == 0) kernels = ck_kernels_for((ck_instruction_set)set);
  }
  if (!kernels) {
    fputs("usage: chains VARIANT FOLDER, with a variant that this CPU has\n", stderr);
    return 2;
  }
  folder = arguments[2];
  for (int i = 0; i < (int)(sizeof chains / sizeof *chains); i++) {
    run_chain(kernels, i, &chains[i], CK_BROADCAST, "broadcast");
    run_chain(kernels, i, &chains[i], CK_SCATTERED, "scattered");
    // 16 pixels side by side are read at once, so they must be neighbours.
    if (chains[i].stride_x == 1) run_chain(kernels, i, &chains[i], CK_PIXELS, "pixels");
  }
  run_functions(kernels);
  if (!run_pooled(kernels, 1, 3, 9, 12, 33) || !run_pooled(kernels, 3, 5, 11, 10, 17)) {
    fprintf(stderr, "%s: a pooled convolution differs from its plain form\n", arguments[1]);
    return 1;
  }
  return 0;
}
