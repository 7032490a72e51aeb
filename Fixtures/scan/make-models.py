"""Writes the clean models in Fixtures/scan/models with the libraries of their formats.

    python make-models.py Fixtures/scan/models

gguf 0.19.0, safetensors 0.8.0, flax 0.12.8, msgpack 1.2.4, openvino 2026.4.1, coremltools 9.0,
xgboost 3.2.0, lightgbm 4.7.0, onnx 1.19.1, and TensorFlow 2.21.0 for the .tflite files.
"""
import os,sys,struct,json
out=sys.argv[1]; os.makedirs(out,exist_ok=True)
def P(n): return os.path.join(out,n)
import numpy as np
def gg():
    import gguf
    w=gguf.GGUFWriter(P('tiny.gguf'),'llama')
    w.add_block_count(1); w.add_context_length(16); w.add_embedding_length(32); w.add_name('tiny')
    w.add_tokenizer_model('llama'); w.add_token_list(['<s>','</s>','a']); w.add_token_scores([0.,0.,1.]); w.add_token_types([3,3,1])
    w.add_tensor('token_embd.weight',np.arange(96,dtype=np.float32).reshape(3,32))
    w.add_tensor('output.weight',np.arange(96,dtype=np.float16).reshape(3,32))
    w.add_tensor('blk.0.q',gguf.quants.quantize(np.random.RandomState(0).randn(2,32).astype(np.float32),gguf.GGMLQuantizationType.Q8_0),raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    w.write_header_to_file(); w.write_kv_data_to_file(); w.write_tensors_to_file(); w.close()
    w=gguf.GGUFWriter(P('big-endian.gguf'),'llama',endianess=gguf.GGUFEndian.BIG)
    w.add_custom_alignment(64); w.add_name('tiny'); w.add_tensor('a',np.arange(6,dtype=np.float32).reshape(2,3)); w.add_tensor('b',np.arange(3,dtype=np.float32))
    w.write_header_to_file(); w.write_kv_data_to_file(); w.write_tensors_to_file(); w.close()
    w=gguf.GGUFWriter(P('vocabulary.gguf'),'bert'); w.add_tokenizer_model('bert'); w.add_token_list(['a','b']); w.write_header_to_file(); w.write_kv_data_to_file(); w.close()
def st():
    from safetensors.numpy import save_file
    save_file({'a':np.zeros((2,3),np.float32),'b':np.arange(4,dtype=np.int64),'e':np.zeros((0,),np.float16)},P('metadata.safetensors'),metadata={'format':'pt','author':'a person of a lab'})
    d=P('sharded'); os.makedirs(d,exist_ok=True)
    save_file({'a':np.ones((2,3),np.float32)},d+'/model-00001-of-00002.safetensors',metadata={'format':'pt'})
    save_file({'b':np.ones((3,),np.float32)},d+'/model-00002-of-00002.safetensors',metadata={'format':'pt'})
    json.dump({'metadata':{'total_size':36},'weight_map':{'a':'model-00001-of-00002.safetensors','b':'model-00002-of-00002.safetensors'}},open(d+'/model.safetensors.index.json','w'),indent=2)
def fl():
    import flax.serialization as fs
    open(P('flax.msgpack'),'wb').write(fs.msgpack_serialize({'params':{'dense':{'kernel':np.ones((3,2),np.float32),'bias':np.zeros(2,np.float32)}},'step':7,'rate':np.float32(0.5)}))
    import jax.numpy as jnp
    open(P('flax-bfloat16.msgpack'),'wb').write(fs.to_bytes({'w':jnp.ones((2,2),jnp.bfloat16),'c':1+2j}))
def mp():
    import msgpack
    open(P('plain.msgpack'),'wb').write(msgpack.packb({'a':[1,2.5,None,True],'b':b'xyz','c':{'d':'text'}}))
def ov():
    import openvino as ov, openvino.opset13 as ops
    p=ops.parameter([1,4],np.float32,name='x'); w=ops.constant(np.ones((4,2),np.float32)); m=ops.matmul(p,w,False,False); r=ops.relu(m)
    os.makedirs(P('openvino'),exist_ok=True)
    ov.save_model(ov.Model([r],[p],'tiny'),P('openvino/tiny.xml'))
def cm():
    import coremltools as ct
    from coremltools.models import datatypes
    from coremltools.models.neural_network import NeuralNetworkBuilder
    b=NeuralNetworkBuilder([('x',datatypes.Array(4))],[('y',datatypes.Array(2))])
    b.add_inner_product('fc',np.ones((2,4)),np.zeros(2),4,2,True,'x','h'); b.add_activation('relu','RELU','h','y')
    ct.models.utils.save_spec(b.spec,P('network.mlmodel'))
def cmp():
    import coremltools as ct
    from coremltools.converters.mil import Builder as mb
    @mb.program(input_specs=[mb.TensorSpec(shape=(1,4))])
    def prog(x):
        return mb.linear(x=x,weight=np.random.RandomState(0).randn(16,4).astype(np.float32),bias=np.zeros(16,np.float32))
    m=ct.convert(prog,convert_to='mlprogram'); m.save(P('program.mlpackage'))
def xg():
    import xgboost as xgb
    X=np.random.RandomState(0).randn(40,3); y=(X[:,0]>0).astype(int)
    b=xgb.train({'max_depth':2,'objective':'binary:logistic'},xgb.DMatrix(X,y),2)
    b.save_model(P('xgboost.json')); b.save_model(P('xgboost.ubj'))
def lg():
    import lightgbm as l
    X=np.random.RandomState(0).randn(60,3); y=(X[:,0]>0).astype(int)
    l.train({'verbose':-1,'num_leaves':4,'objective':'binary','min_data_in_leaf':2},l.Dataset(X,y),2).save_model(P('lightgbm.txt'))

def ox():
    import onnx
    from onnx import TensorProto as T, helper as h, numpy_helper as n
    weights=[n.from_array(np.ones((4,2),np.float32),'w'),n.from_array(np.ones((2,),np.float32),'b')]
    graph=h.make_graph([h.make_node('MatMul',['x','w'],['y']),h.make_node('Add',['y','b'],['z'])],'g',[h.make_tensor_value_info('x',T.FLOAT,[1,4])],[h.make_tensor_value_info('z',T.FLOAT,[1,2])],weights)
    os.makedirs(P('onnx-external'),exist_ok=True)
    onnx.save(h.make_model(graph,opset_imports=[h.make_opsetid('',17)]),P('onnx-external/model.onnx'),save_as_external_data=True,all_tensors_to_one_file=True,location='model.onnx.data',size_threshold=0)
def tf():
    import tensorflow as tf
    W=tf.Variable(np.ones((4,2),np.float32))
    @tf.function(input_signature=[tf.TensorSpec([1,4],tf.float32)])
    def f(x): return tf.nn.softmax(x@W)
    @tf.function(input_signature=[tf.TensorSpec([],tf.float32)])
    def g(x): return tf.while_loop(lambda i:i<5.0,lambda i:(i*2+1,),[x])[0]
    for name,function,optimise in [('dense',f,False),('quantised',f,True),('loop',g,False)]:
        c=tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function()])
        if optimise: c.optimizations=[tf.lite.Optimize.DEFAULT]
        open(P(name+'.tflite'),'wb').write(c.convert())
for f in (gg,st,fl,mp,ov,cm,cmp,xg,lg,ox,tf): f()
