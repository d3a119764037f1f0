using System.Runtime.InteropServices;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Tests.Support;

/// <summary>The small pretrained model of llama2.c, converted to a folder in Hugging Face layout.</summary>
/// <remarks>
/// The file: seven 32-bit numbers, then fp32 weights, of each kind all layers together. Its rotary embedding turns neighbours (2i, 2i + 1);
/// ours turns i with i + C/2, so the rows of each query and key head are put in that order.
/// </remarks>
internal sealed class Stories260K : IDisposable
{
    private readonly float[] _numbers;
    private int _position;

    private Stories260K(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var header = MemoryMarshal.Cast<byte, int>(bytes.AsSpan(0, 28));
        var (width, inner, layers, heads, keyHeads, vocabulary, context) = (header[0], header[1], header[2], header[3], header[4], header[5], header[6]);
        _numbers = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(28)).ToArray();
        WriteConfig(width, inner, layers, heads, keyHeads, vocabulary, context);
        File.WriteAllBytes(System.IO.Path.Combine(Folder, "tokenizer.json"), File.ReadAllBytes(SharedData.Golden("tokenizers", "stories260K.tokenizer.json")));
        WriteWeights(width, inner, layers, heads, keyHeads, vocabulary);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("fts-stories-").FullName;

    /// <summary>What it writes after its beginning-of-text token, as its authors documented.</summary>
    public static string ExpectedText => File.ReadAllText(SharedData.Data("stories260K", "expected_greedy.txt"));

    public static Stories260K Convert() => new(SharedData.Data("stories260K", "stories260K.bin"));

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void WriteConfig(int width, int inner, int layers, int heads, int keyHeads, int vocabulary, int context)
        => File.WriteAllText(System.IO.Path.Combine(Folder, "config.json"), $$"""
            {
              "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": {{width}}, "intermediate_size": {{inner}},
              "num_hidden_layers": {{layers}}, "num_attention_heads": {{heads}}, "num_key_value_heads": {{keyHeads}}, "vocab_size": {{vocabulary}},
              "max_position_embeddings": {{context}}, "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "tie_word_embeddings": true,
              "bos_token_id": 1, "eos_token_id": 2, "torch_dtype": "float32"
            }
            """);

    private void WriteWeights(int width, int inner, int layers, int heads, int keyHeads, int vocabulary)
    {
        var size = width / heads;
        var weights = new Dictionary<string, Tensor>();
        using var scope = TensorScope.Enter();
        void Layers(string name, Func<Tensor> read)
        {
            for (var layer = 0; layer < layers; layer++)
            {
                weights.Add($"model.layers.{layer}.{name}.weight", read());
            }
        }

        weights.Add("model.embed_tokens.weight", Read(vocabulary, width));
        Layers("input_layernorm", () => Read(width));
        Layers("self_attn.q_proj", () => InHalves(Read(heads * size, width), size));
        Layers("self_attn.k_proj", () => InHalves(Read(keyHeads * size, width), size));
        Layers("self_attn.v_proj", () => Read(keyHeads * size, width));
        Layers("self_attn.o_proj", () => Read(width, heads * size));
        Layers("post_attention_layernorm", () => Read(width));
        Layers("mlp.gate_proj", () => Read(inner, width));
        Layers("mlp.down_proj", () => Read(width, inner));
        Layers("mlp.up_proj", () => Read(inner, width));
        weights.Add("model.norm.weight", Read(width));
        using var stream = File.Create(System.IO.Path.Combine(Folder, "model.safetensors"));
        SafetensorsWriter.Write(stream, weights);
    }

    private Tensor Read(params long[] shape)
    {
        var count = (int)shape.Aggregate((product, length) => product * length);
        _position += count;
        return Tensor.From<float>(_numbers.AsSpan(_position - count, count), shape);
    }

    // Rows 0, 2, 4, ... of each head, then rows 1, 3, 5, ...
    private static Tensor InHalves(Tensor weight, int headSize)
        => weight.View(-1, headSize / 2, 2, weight.Size(1)).Transpose(1, 2).Reshape([.. weight.Shape]);
}
