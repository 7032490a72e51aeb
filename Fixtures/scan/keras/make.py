"""Writes the small clean saves of this folder with keras 3.15 and TensorFlow 2.21, and one SavedModel that reads and writes files."""
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"]="3"; os.environ["CUDA_VISIBLE_DEVICES"]=""
import tensorflow as tf, keras, numpy as np
m=keras.Sequential([keras.layers.Input((4,)),keras.layers.Dense(3,activation="relu"),keras.layers.Dense(2)])
m.compile("adam","mse",metrics=["mae"]); m.fit(np.zeros((4,4)),np.zeros((4,2)),verbose=0)
m.save("k3.keras"); m.save("k3.h5"); open("k3.json","w").write(m.to_json())
m.export("sm_keras",verbose=False)
class M(tf.Module):
  def __init__(s):
    s.w=tf.Variable(tf.ones([2,3])); s.t=tf.lookup.StaticHashTable(tf.lookup.TextFileInitializer("vocab.txt",tf.string,tf.lookup.TextFileIndex.WHOLE_LINE,tf.int64,tf.lookup.TextFileIndex.LINE_NUMBER),-1)
  @tf.function(input_signature=[tf.TensorSpec([None,2])])
  def f(self,x): s=self; return {"y":tf.nn.softmax(x@s.w)}
  @tf.function(input_signature=[tf.TensorSpec([None],tf.string)])
  def g(self,x): s=self; return {"y":s.t.lookup(x)}
open("vocab.txt","w").write("a\nb\n")
mm=M(); tf.saved_model.save(mm,"sm_mod",signatures={"f":mm.f.get_concrete_function(),"g":mm.g.get_concrete_function()})
tf.train.Checkpoint(m=mm.w).write("ckpt/a") if os.makedirs("ckpt",exist_ok=True) is None else 0
g=tf.Graph()
with g.as_default():
  x=tf.compat.v1.placeholder(tf.float32,[None,2],"x"); w=tf.compat.v1.get_variable("w",[2,2]); y=tf.identity(x@w,"y")
  with tf.compat.v1.Session() as s:
    s.run(tf.compat.v1.global_variables_initializer())
    tf.compat.v1.train.Saver().save(s,"tf1/model.ckpt")
    tf.compat.v1.saved_model.simple_save(s,"sm_tf1",{"x":x},{"y":y})
    open("frozen.pb","wb").write(tf.compat.v1.graph_util.convert_variables_to_constants(s,g.as_graph_def(),["y"]).SerializeToString())
    tf.io.write_graph(g.as_graph_def(),".","graph.pbtxt",as_text=True)
class E(tf.Module):
  @tf.function(input_signature=[tf.TensorSpec([],tf.string)])
  def f(self,x):
    tf.io.write_file("/tmp/x",x); return tf.io.read_file("/etc/passwd")
tf.saved_model.save(E(),"sm_evil")
x=keras.Input((8,8,3)); y=keras.layers.Conv2D(4,3)(x); y=keras.layers.BatchNormalization()(y); y=keras.layers.TimeDistributed(keras.layers.Dense(2))(y); z=keras.layers.GlobalAveragePooling2D()(y); a=keras.layers.Dense(2,kernel_regularizer=keras.regularizers.L2(.1))(z); b=z[:, :2]*2.0
f=keras.Model(x,a+b); f.compile(keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(.1,10)),keras.losses.MeanSquaredError()); f.save("k3f.keras"); f.save("k3f.h5")
tv=keras.layers.TextVectorization(max_tokens=10); tv.adapt(["a b","c"]); s=keras.Sequential([keras.Input((1,),dtype="string"),tv]); s.save("k3tv.keras"); s.export("sm_tv",verbose=False)
