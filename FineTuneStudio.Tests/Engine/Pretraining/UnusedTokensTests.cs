using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Pretraining;
using FineTuneStudio.Engine.Pretraining.Text;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Pretraining;

public sealed class UnusedTokensTests
{
    private const string Embedding = "model.embed_tokens.weight";
    private const int Documents = 3;

    [Fact]
    public void Restore_AfterTraining_SetsBackTheUnusedTokensAlone()
    {
        using var scope = TensorScope.Enter();
        using var start = new ModelCopy("llama");
        using var trained = new ModelCopy("llama");
        using var target = new TemporaryFolder();
        trained.ChangeWeights(weights => weights[Embedding].AddInPlace(Tensor.Full([1], 1, DType.Float32)));
        var text = new PretrainingText(seed: 1);

        var count = UnusedTokens.Restore(text, Documents, start.Path, trained.Path, target.FullName);

        var renderer = Renderer.Load(trained.Path);
        var used = Enumerable.Range(0, Documents)
            .SelectMany(number => renderer.RenderConversation(new Conversation(JsonDocument.Parse(text.Line(number)).RootElement.GetProperty("messages"))).Ids)
            .ToHashSet();
        var (before, after, restored) = (Read(start.WeightsPath), Read(trained.WeightsPath), Read(target.At("model.safetensors")));
        var vocabulary = (int)before.Get(Embedding).Size(0);
        Assert.Equal(vocabulary - used.Count, count);
        Assert.InRange(count, 1, vocabulary - 1);
        for (var id = 0; id < vocabulary; id++)
        {
            var expected = (used.Contains(id) ? after : before).Get(Embedding).Select(0, id);
            Assert.True(expected.HasSameElements(restored.Get(Embedding).Select(0, id)), $"token {id}");
        }

        Assert.All(after.Names.Where(name => name != Embedding), name => Assert.True(after.Get(name).HasSameElements(restored.Get(name)), name));
        Assert.True(File.Exists(target.At("tokenizer.json")));
    }

    private static SafetensorsFile Read(string path) => SafetensorsFile.Open(path);
}
