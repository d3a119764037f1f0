using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tokenizers;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Models;

/// <summary>A real pretrained model, whole way: folder, tokenizer, cache, greedy text.</summary>
public sealed class PretrainedModelTests
{
    private const int Steps = 256;

    [Fact]
    public void Generate_Stories260K_WritesItsDocumentedText()
    {
        using var stories = Stories260K.Convert();
        using var model = CausalModel.Load(stories.Folder, Precision.Fp32);
        var tokenizer = Tokenizer.Load(stories.Folder);
        var begin = tokenizer.Bos!.Value.Id;
        var request = new TokenRequest([begin], new SamplingOptions { Temperature = 0, MaxTokens = Steps });

        var answer = new TokenGenerator(model, stopIds: [begin]).Generate([request], null, TestContext.Current.CancellationToken)[0][0];

        Assert.Equal(Stories260K.ExpectedText, tokenizer.Decode(answer.Ids, skipSpecial: true));
    }

    [Fact]
    public void Inspect_Stories260K_CountsItsWeights()
    {
        using var stories = Stories260K.Convert();

        var description = ModelFolder.Inspect(stories.Folder);

        Assert.Equal(260_032, description.Parameters);
        Assert.False(description.HasChatTemplate);
    }
}
