using FineTuneStudio.Engine.Tokenizers;
using FineTuneStudio.Tests.Engine.Tokenizers.Support;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tokenizers;

/// <summary>llama.cpp's own vocabulary cases.</summary>
public sealed class LlamaCppTests
{
    [Theory]
    [InlineData("gpt-2", "gpt2")]
    [InlineData("qwen2", "qwen3")]
    [InlineData("deepseek-coder", "deepseek-coder")]
    [InlineData("llama-spm", "llama-spm")]
    [InlineData("phi-3", "phi-3-mini")]
    public void Encode_EveryCase_GivesTheExpectedIds(string vocabulary, string name)
    {
        var tokenizer = ReferenceTokenizers.Load(name);
        var texts = File.ReadAllText(SharedData.Data("llamacpp-vocab", $"ggml-vocab-{vocabulary}.gguf.inp")).Split("\n__ggml_vocab_test__\n");
        var expected = File.ReadAllText(SharedData.Data("llamacpp-vocab", $"ggml-vocab-{vocabulary}.gguf.out")).Split('\n');

        var actual = texts.Select(text => string.Join(' ', tokenizer.Encode(text, new EncodeOptions { SpecialText = SpecialText.AsPlainText })));

        Assert.Equal(expected.Select(line => line.Trim()).Take(texts.Length), actual);
    }
}
