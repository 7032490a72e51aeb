// docs/numerics.md, sections 2, 4 and 7, for one thread an element: a chain of fused multiply-adds
// forward, the loss' gradient in binary64, and the chain back to the input. scripts/chain-hashes
// compiles it with -fmad=false, so that nothing is fused but what says so.

struct Case {
  int channels, height, width;
  int outputs, inner, kernel_rows, kernel_columns;
  int stride_down, stride_along, dilation_down, dilation_along;
  int top, left;
  int rows, columns;  // of the output
  int groups;
};

extern "C" __global__ void forward(
    const Case* c, const float* x, const float* w, const float* bias, float* y) {
  int index = blockIdx.x * blockDim.x + threadIdx.x;
  if (index >= c->outputs * c->rows * c->columns) return;
  int column = index % c->columns, row = index / c->columns % c->rows;
  int output = index / (c->columns * c->rows);
  int group = output / (c->outputs / c->groups);
  float sum = bias[output];
  for (int i = 0; i < c->inner; i++) {
    for (int ky = 0; ky < c->kernel_rows; ky++) {
      for (int kx = 0; kx < c->kernel_columns; kx++) {
        int down = row * c->stride_down + ky * c->dilation_down - c->top;
        int along = column * c->stride_along + kx * c->dilation_along - c->left;
        bool inside = down >= 0 && down < c->height && along >= 0 && along < c->width;
        int channel = group * c->inner + i;
        float tap = inside ? x[(channel * c->height + down) * c->width + along] : 0.0f;
        float weight =
            w[((output * c->inner + i) * c->kernel_rows + ky) * c->kernel_columns + kx];
        sum = __fmaf_rn(tap, weight, sum);
      }
    }
  }
  y[index] = sum;
}

__device__ static double exponential(double x) {
  const double coefficients[14] = {
      0x1p+0, 0x1p+0, 0x1p-1, 0x1.5555555555555p-3, 0x1.5555555555555p-5, 0x1.1111111111111p-7,
      0x1.6c16c16c16c17p-10, 0x1.a01a01a01a01ap-13, 0x1.a01a01a01a01ap-16, 0x1.71de3a556c734p-19,
      0x1.27e4fb7789f5cp-22, 0x1.ae64567f544e4p-26, 0x1.1eed8eff8d898p-29, 0x1.6124613a86d09p-33};
  x = fmin(fmax(x, -708.0), 709.0);
  double k = __dadd_rn(__fma_rn(x, 0x1.71547652b82fep+0, 0x1.8p+52), -0x1.8p+52);
  double r = __fma_rn(-k, 0x1.62e42fefa3800p-1, x);
  r = __fma_rn(-k, 0x1.ef35793c76730p-45, r);
  double p = coefficients[13];
  for (int i = 12; i >= 0; i--) p = __fma_rn(p, r, coefficients[i]);
  return __dmul_rn(p, __longlong_as_double((long long)(1023 + (int)k) << 52));
}

// One thread: the sum goes up the indices.
extern "C" __global__ void loss_gradient(int count, int label, const float* logits, float* dy) {
  double largest = logits[0];
  for (int i = 1; i < count; i++) largest = fmax(largest, (double)logits[i]);
  double total = 0;
  for (int i = 0; i < count; i++) {
    total = __dadd_rn(total, exponential(__dsub_rn((double)logits[i], largest)));
  }
  for (int i = 0; i < count; i++) {
    double p = __ddiv_rn(exponential(__dsub_rn((double)logits[i], largest)), total);
    dy[i] = __double2float_rn(__dsub_rn(p, i == label ? 1.0 : 0.0));
  }
}

extern "C" __global__ void backward(const Case* c, const float* dy, const float* w, float* dx) {
  int index = blockIdx.x * blockDim.x + threadIdx.x;
  if (index >= c->channels * c->height * c->width) return;
  int column = index % c->width, row = index / c->width % c->height;
  int channel = index / (c->width * c->height);
  int group = channel / c->inner, i = channel % c->inner;
  int each = c->outputs / c->groups;
  float sum = 0;
  for (int output = group * each; output < (group + 1) * each; output++) {
    for (int ky = 0; ky < c->kernel_rows; ky++) {
      for (int kx = 0; kx < c->kernel_columns; kx++) {
        int down = row + c->top - ky * c->dilation_down;
        int along = column + c->left - kx * c->dilation_along;
        // A tap of another phase of the stride does not exist; one outside dy is +0.
        if (down % c->stride_down != 0 || along % c->stride_along != 0) continue;
        int r = down / c->stride_down, q = along / c->stride_along;
        bool inside = down >= 0 && along >= 0 && r < c->rows && q < c->columns;
        float tap = inside ? dy[(output * c->rows + r) * c->columns + q] : 0.0f;
        float weight =
            w[((output * c->inner + i) * c->kernel_rows + ky) * c->kernel_columns + kx];
        sum = __fmaf_rn(tap, weight, sum);
      }
    }
  }
  dx[index] = sum;
}
