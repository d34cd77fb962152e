// Node-API binding, the same for every backend. Handles are opaque to JavaScript; every array is checked here, so that a backend
// can rely on lengths and index ranges. TypeScript side: src/real/backends/native-addon.ts.
#include <napi.h>

#include <algorithm>

#include "backend.h"

namespace {

using namespace mint;
using Info = const Napi::CallbackInfo&;

template <class T>
Napi::Value wrap(Napi::Env env, std::shared_ptr<T> value, const napi_type_tag& tag) {
  auto external = Napi::External<std::shared_ptr<T>>::New(env, new std::shared_ptr<T>(std::move(value)),
                                                          [](Napi::Env, std::shared_ptr<T>* held) { delete held; });
  external.TypeTag(&tag);
  return external;
}
template <class T>
std::shared_ptr<T>& held(Info info, size_t index, const napi_type_tag& tag, const char* what) {
  const Napi::Value value = info[index];
  if (!value.IsExternal() || !value.As<Napi::External<std::shared_ptr<T>>>().CheckTypeTag(&tag))
    throw Napi::TypeError::New(info.Env(), std::string("argument ") + std::to_string(index) + " must be a " + what);
  auto& handle = *value.As<Napi::External<std::shared_ptr<T>>>().Data();
  if (!handle) throw Napi::Error::New(info.Env(), std::string(what) + " was released");
  return handle;
}

constexpr napi_type_tag kDeviceTag{0x6d696e742d646576, 1}, kWeightsTag{0x6d696e742d776774, 1}, kLaunchTag{0x6d696e742d6c6368, 1};

std::shared_ptr<Device>& deviceOf(Info info) { return held<Device>(info, 0, kDeviceTag, "device"); }

/** A launch keeps its device alive. */
struct LaunchHandle {
  std::shared_ptr<Device> device;
  std::unique_ptr<Launch> launch;
  Dtype dtype;
  int64_t xElements, yElements;
};
struct WeightsHandle {
  std::shared_ptr<Device> device;
  std::shared_ptr<Weights> weights;
};
LaunchHandle& launchOf(Info info) { return *held<LaunchHandle>(info, 0, kLaunchTag, "launch"); }

Dtype dtypeOf(const Napi::Value& value) {
  const std::string name = value.ToString();
  if (name == "fp32") return Dtype::fp32;
  if (name == "bf16") return Dtype::bf16;
  if (name == "fp16") return Dtype::fp16;
  throw Napi::TypeError::New(value.Env(), "dtype must be fp32, bf16 or fp16, not " + name);
}

/** The storage of a typed array that holds exactly `elements` of `dtype`. */
void* storage(const Napi::Value& value, Dtype dtype, int64_t elements, const char* what) {
  const auto wanted = dtype == Dtype::fp32 ? napi_float32_array : napi_uint16_array;
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != wanted)
    throw Napi::TypeError::New(value.Env(), std::string(what) + (dtype == Dtype::fp32 ? " must be a Float32Array" : " must be a Uint16Array"));
  const auto array = value.As<Napi::TypedArray>();
  if (int64_t(array.ElementLength()) != elements)
    throw Napi::RangeError::New(value.Env(), std::string(what) + " has " + std::to_string(array.ElementLength()) +
                                                 " elements, not " + std::to_string(elements));
  return static_cast<char*>(array.ArrayBuffer().Data()) + array.ByteOffset();
}

template <class Array, class T>
std::vector<T> copied(const Napi::Object& from, const char* name) {
  const Napi::Value value = from.Get(name);
  if (!value.IsTypedArray()) throw Napi::TypeError::New(from.Env(), std::string(name) + " must be a typed array");
  const auto array = value.As<Array>();
  return std::vector<T>(array.Data(), array.Data() + array.ElementLength());
}
std::vector<int32_t> ints(const Napi::Object& from, const char* name) {
  if (!from.Get(name).IsTypedArray() || from.Get(name).As<Napi::TypedArray>().TypedArrayType() != napi_int32_array)
    throw Napi::TypeError::New(from.Env(), std::string(name) + " must be an Int32Array");
  return copied<Napi::Int32Array, int32_t>(from, name);
}
std::vector<float> floats(const Napi::Object& from, const char* name) {
  if (!from.Get(name).IsTypedArray() || from.Get(name).As<Napi::TypedArray>().TypedArrayType() != napi_float32_array)
    throw Napi::TypeError::New(from.Env(), std::string(name) + " must be a Float32Array");
  return copied<Napi::Float32Array, float>(from, name);
}
int64_t integer(const Napi::Object& from, const char* name) {
  const Napi::Value value = from.Get(name);
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(number >= 0 && number <= 9e15 && number == double(int64_t(number))))
    throw Napi::RangeError::New(from.Env(), std::string(name) + " must be an integer of at least 0");
  return int64_t(number);
}

Batch batchOf(const Napi::Object& from, const Shape& shape) {
  Batch batch;
  batch.xRows = integer(from, "xRows");
  batch.yRows = integer(from, "yRows");
  batch.segStart = ints(from, "segStart");
  batch.segRankStart = ints(from, "segRankStart");
  batch.segRank = ints(from, "segRank");
  batch.segScale = floats(from, "segScale");
  batch.rows = ints(from, "rows");
  batch.outRows = ints(from, "outRows");
  batch.rowScale = floats(from, "rowScale");
  const auto need = [&](bool holds, const std::string& what) {
    if (!holds) throw Napi::RangeError::New(from.Env(), "batch: " + what);
  };
  const size_t segments = batch.segRank.size(), pairs = batch.rows.size();
  need(batch.segStart.size() == segments + 1 && batch.segRankStart.size() == segments && batch.segScale.size() == segments,
       "segStart, segRankStart, segRank and segScale differ in length");
  need(batch.outRows.size() == pairs && batch.rowScale.size() == pairs, "rows, outRows and rowScale differ in length");
  need(batch.segStart.front() == 0 && size_t(batch.segStart.back()) == pairs && std::is_sorted(batch.segStart.begin(), batch.segStart.end()),
       "segStart must rise from 0 to the number of pairs");
  for (size_t g = 0; g < segments; ++g) {
    need(batch.segRank[g] >= 1 && batch.segRank[g] <= kMaxRank, "rank " + std::to_string(batch.segRank[g]) + " is outside 1 to 256");
    need(batch.segRankStart[g] >= 0 && int64_t(batch.segRankStart[g]) + batch.segRank[g] <= shape.totalRank,
         "segment " + std::to_string(g) + " lies outside the arena");
  }
  std::vector<bool> named(batch.yRows);
  for (size_t p = 0; p < pairs; ++p) {
    need(batch.rows[p] >= 0 && batch.rows[p] < batch.xRows, "pair " + std::to_string(p) + " reads a row outside x");
    need(batch.outRows[p] >= 0 && batch.outRows[p] < batch.yRows, "pair " + std::to_string(p) + " writes a row outside y");
    need(!named[batch.outRows[p]], "two pairs write row " + std::to_string(batch.outRows[p]));
    named[batch.outRows[p]] = true;
  }
  return batch;
}

Napi::Value probe(Info info) { return Napi::String::New(info.Env(), probeJson()); }

Napi::Value open(Info info) {
  DeviceOptions options;
  if (info[0].IsObject()) {
    const auto from = info[0].As<Napi::Object>();
    if (from.Get("isa").IsString()) options.isa = from.Get("isa").ToString();
    if (from.Get("threads").IsNumber()) options.threads = int(integer(from, "threads"));
  }
  return wrap<Device>(info.Env(), openDevice(options), kDeviceTag);
}

Napi::Value createWeights(Info info) {
  auto& device = deviceOf(info);
  const auto from = info[1].As<Napi::Object>();
  Shape shape;
  shape.dtype = dtypeOf(from.Get("dtype"));
  shape.inDim = integer(from, "inDim");
  shape.sliceDims = ints(from, "sliceDims");
  shape.totalRank = integer(from, "totalRank");
  if (shape.inDim < 1 || shape.sliceDims.empty() || *std::min_element(shape.sliceDims.begin(), shape.sliceDims.end()) < 1)
    throw Napi::RangeError::New(info.Env(), "inDim and every slice must be at least 1");
  auto handle = std::make_shared<WeightsHandle>();
  handle->device = device;
  handle->weights = device->createWeights(shape);
  return wrap<WeightsHandle>(info.Env(), handle, kWeightsTag);
}

/** uploadWeights(weights, slice, 'a' | 'b', rankStart, array): the number of rank rows follows from the array's length. */
Napi::Value uploadWeights(Info info) {
  Weights& weights = *held<WeightsHandle>(info, 0, kWeightsTag, "weights")->weights;
  const Shape& shape = weights.shape;
  const int slice = info[1].As<Napi::Number>().Int32Value();
  const bool isB = info[2].ToString().Utf8Value() == "b";
  const int64_t rankStart = info[3].As<Napi::Number>().Int64Value();
  if (slice < 0 || slice >= shape.slices()) throw Napi::RangeError::New(info.Env(), "no such slice");
  const int64_t row = isB ? shape.sliceDims[slice] : shape.inDim;
  const int64_t rankRows = info[4].IsTypedArray() ? int64_t(info[4].As<Napi::TypedArray>().ElementLength()) / row : 0;
  if (rankStart < 0 || rankStart + rankRows > shape.totalRank) throw Napi::RangeError::New(info.Env(), "rank rows outside the arena");
  weights.upload(slice, isB, rankStart, rankRows, storage(info[4], shape.dtype, rankRows * row, "weights"));
  return info.Env().Undefined();
}

Napi::Value fillWeights(Info info) {
  held<WeightsHandle>(info, 0, kWeightsTag, "weights")->weights->fill(uint64_t(info[1].As<Napi::Number>().Int64Value()));
  return info.Env().Undefined();
}

/** createLaunch(weights, batch, {accumulate, path}). */
Napi::Value createLaunch(Info info) {
  const auto& from = *held<WeightsHandle>(info, 0, kWeightsTag, "weights");
  const Shape& shape = from.weights->shape;
  Batch batch = batchOf(info[1].As<Napi::Object>(), shape);
  LaunchOptions options;
  const auto wanted = info[2].As<Napi::Object>();
  options.accumulate = wanted.Get("accumulate").ToBoolean();
  const std::string path = wanted.Get("path").IsString() ? wanted.Get("path").ToString().Utf8Value() : "auto";
  options.path = path == "matvec" ? Path::matvec : path == "gemm" ? Path::gemm : Path::automatic;
  auto handle = std::make_shared<LaunchHandle>();
  handle->device = from.device;
  handle->dtype = shape.dtype;
  handle->xElements = batch.xRows * shape.inDim;
  handle->yElements = batch.yRows * shape.outDim();
  handle->launch = from.device->createLaunch(from.weights, std::move(batch), options);
  return wrap<LaunchHandle>(info.Env(), handle, kLaunchTag);
}

Napi::Value setX(Info info) {
  auto& handle = launchOf(info);
  handle.launch->setX(storage(info[1], handle.dtype, handle.xElements, "x"));
  return info.Env().Undefined();
}
Napi::Value setY(Info info) {
  auto& handle = launchOf(info);
  handle.launch->setY(storage(info[1], handle.dtype, handle.yElements, "y"));
  return info.Env().Undefined();
}
Napi::Value getY(Info info) {
  auto& handle = launchOf(info);
  handle.launch->getY(storage(info[1], handle.dtype, handle.yElements, "y"));
  return info.Env().Undefined();
}
Napi::Value run(Info info) {
  launchOf(info).launch->run();
  return info.Env().Undefined();
}

Napi::Float64Array samplesOf(const Napi::Value& value) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float64_array)
    throw Napi::TypeError::New(value.Env(), "samples must be a Float64Array");
  return value.As<Napi::Float64Array>();
}

/** time(launch, {cold, launches}, samples): seconds per launch. */
Napi::Value time(Info info) {
  auto& handle = launchOf(info);
  const auto from = info[1].As<Napi::Object>();
  TimingOptions options;
  options.cold = from.Get("cold").ToBoolean();
  options.launches = int(std::max<int64_t>(1, integer(from, "launches")));
  auto samples = samplesOf(info[2]);
  handle.launch->time(options, samples.Data(), samples.ElementLength());
  return info.Env().Undefined();
}

Napi::Value plainLoop(Info info) {
  auto& handle = launchOf(info);
  return Napi::Number::New(info.Env(), handle.device->plainLoop(*handle.launch));
}

/** bandwidth(device, 'read' | 'copy', bytes, samples): bytes per second. */
Napi::Value bandwidth(Info info) {
  auto samples = samplesOf(info[3]);
  const Probe kind = info[1].ToString().Utf8Value() == "copy" ? Probe::copyBandwidth : Probe::readBandwidth;
  deviceOf(info)->bandwidth(kind, info[2].As<Napi::Number>().Int64Value(), samples.Data(), samples.ElementLength());
  return info.Env().Undefined();
}

/** dense(device, dtype, m, n, k, samples): FLOP per second. */
Napi::Value dense(Info info) {
  auto samples = samplesOf(info[5]);
  int64_t dims[3];
  for (int i = 0; i < 3; ++i) {
    dims[i] = info[2 + i].As<Napi::Number>().Int64Value();
    if (dims[i] < 1 || dims[i] > 1 << 20) throw Napi::RangeError::New(info.Env(), "dense: a dimension is outside 1 to 2^20");
  }
  deviceOf(info)->dense(dtypeOf(info[1]), dims[0], dims[1], dims[2], samples.Data(), samples.ElementLength());
  return info.Env().Undefined();
}

/** Frees the memory now instead of when the handle is collected. */
Napi::Value release(Info info) {
  const Napi::Value value = info[0];
  if (value.IsExternal() && value.As<Napi::External<void>>().CheckTypeTag(&kWeightsTag))
    value.As<Napi::External<std::shared_ptr<WeightsHandle>>>().Data()->reset();
  else if (value.IsExternal() && value.As<Napi::External<void>>().CheckTypeTag(&kLaunchTag))
    value.As<Napi::External<std::shared_ptr<LaunchHandle>>>().Data()->reset();
  else if (value.IsExternal() && value.As<Napi::External<void>>().CheckTypeTag(&kDeviceTag))
    value.As<Napi::External<std::shared_ptr<Device>>>().Data()->reset();
  return info.Env().Undefined();
}

/** C++ exceptions of a backend become JavaScript errors with their message. */
template <Napi::Value (*F)(Info)>
Napi::Value guarded(Info info) {
  try {
    return F(info);
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Napi::Error::New(info.Env(), error.what());
  }
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  const auto add = [&](const char* name, Napi::Value (*f)(Info)) { exports.Set(name, Napi::Function::New(env, f, name)); };
  add("probe", guarded<probe>);
  add("open", guarded<open>);
  add("createWeights", guarded<createWeights>);
  add("uploadWeights", guarded<uploadWeights>);
  add("fillWeights", guarded<fillWeights>);
  add("createLaunch", guarded<createLaunch>);
  add("setX", guarded<setX>);
  add("setY", guarded<setY>);
  add("getY", guarded<getY>);
  add("run", guarded<run>);
  add("time", guarded<time>);
  add("plainLoop", guarded<plainLoop>);
  add("bandwidth", guarded<bandwidth>);
  add("dense", guarded<dense>);
  add("release", guarded<release>);
  return exports;
}

}  // namespace

NODE_API_MODULE(mint_native, init)
