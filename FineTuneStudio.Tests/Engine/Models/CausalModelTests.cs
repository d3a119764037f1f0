using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Verification;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Models;

public sealed class CausalModelTests
{
    [Fact]
    public void Hidden_PackedSequences_EqualEachAlone()
    {
        using var model = CausalModel.Load(SharedData.Golden("models", "llama_dynamic_rope"), Precision.Fp32);
        int[][] sequences = [[.. Enumerable.Range(3, 50)], [7], [.. Enumerable.Range(100, 20)]];
        using var scope = TensorScope.Enter();
        using var batch = TokenBatch.FromSequences(sequences);

        var packed = Hidden(model, batch);

        for (var index = 0; index < sequences.Length; index++)
        {
            using var alone = TokenBatch.FromSequences([sequences[index]]);
            var part = packed.Narrow(0, batch.SequenceStarts[index], sequences[index].Length);
            Assert.InRange((part - Hidden(model, alone)).Abs().Max().Item(), 0, 2e-5);
        }
    }

    [Fact]
    public void FromPacked_TwoConversations_StartsPositionsAnew()
    {
        using var batch = TokenBatch.FromPacked([5, 6, 7, 8, 9], [0, 3, 5]);

        Assert.Equal([0, 1, 2, 0, 1], batch.Positions.ToArray<long>());
        Assert.Equal([5, 6, 7, 8, 9], batch.Ids.ToArray<long>());
    }

    [Fact]
    public void Hidden_IdOutsideOfVocabulary_IsRefusedWithBothNumbers()
    {
        using var model = CausalModel.Load(SharedData.Golden("models", "llama"), Precision.Fp32);
        using var batch = TokenBatch.FromSequences([[320]]);

        var exception = Assert.Throws<ArgumentException>(() => model.Hidden(batch, new PackedAttentionContext(batch)));

        Assert.Contains("320 is outside of the model's vocabulary of 320", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("qwen3")]
    public void Verify_Bf16_StaysCloseToTheReference(string name)
    {
        using var model = CausalModel.Load(SharedData.Golden("models", name), Precision.Bf16);

        var report = ReferenceVerifier.Verify(model, SharedData.Golden("models", name, "reference.safetensors"));

        // Two layers of large random weights: bfloat16 has 3 digits.
        Assert.Equal(DType.BFloat16, model.Head.Weight.DType);
        Assert.InRange(report.LogitsRelative, 1e-4, 0.1);
        Assert.InRange(report.Loss!.Value, report.ReferenceLoss!.Value - 0.1, report.ReferenceLoss.Value + 0.1);
    }

    [Fact]
    public void Load_StoredInThatType_UsesTheFileInPlace()
    {
        using var copy = new ModelCopy("llama");
        copy.ChangeWeights(weights =>
        {
            foreach (var name in weights.Keys)
            {
                weights[name] = weights[name].To(DType.BFloat16);
            }
        });
        using var inPlace = CausalModel.Load(copy.Path, Precision.Bf16);
        using var mapped = FineTuneStudio.Engine.Tensors.Safetensors.SafetensorsFile.Open(copy.WeightsPath).Get("model.norm.weight");

        // Another type or a model that learns takes a copy, which may be written to; here a mapping stays a mapping.
        Assert.All(inPlace.Parameters, parameter => Assert.Contains(copy.WeightsPath, MappingOf(parameter.Value), StringComparison.Ordinal));
        using var learning = CausalModel.Load(SharedData.Golden("models", "llama"), Precision.Fp32, trainable: true);
        Assert.All(learning.Parameters, parameter => Assert.DoesNotContain("safetensors", MappingOf(parameter.Value), StringComparison.Ordinal));
    }

    [Fact]
    public void Load_Shards_ComputesTheSame()
    {
        using var copy = new ModelCopy("qwen3");
        copy.Shard();
        using var model = CausalModel.Load(copy.Path, Precision.Fp32);

        Assert.True(ReferenceVerifier.Verify(model, SharedData.Golden("models", "qwen3", "reference.safetensors"), 6e-5).Passed);
    }

    [Fact]
    public void Create_SameSeed_GivesTheSameBitsWithTheModelsDeviation()
    {
        var config = ModelConfigFile.Read(SharedData.Golden("models", "qwen2"));
        using var first = CausalModel.Create(config, seed: 1, Precision.Fp32);
        using var second = CausalModel.Create(config, seed: 1, Precision.Fp32);

        Assert.All(first.Parameters.Zip(second.Parameters), pair => Assert.True(pair.First.Value.HasSameElements(pair.Second.Value)));
        Assert.Contains(first.Parameters, parameter => parameter.Key.EndsWith("q_proj.bias", StringComparison.Ordinal));
        var embedding = first.Parameters[0].Value;
        Assert.InRange(embedding.Norm().Item() / Math.Sqrt(embedding.ElementCount), 0.019, 0.021);
    }

    [Fact]
    public void WithAdapter_View_SharesTheWeights()
    {
        using var model = CausalModel.Load(SharedData.Golden("models", "llama"), Precision.Fp32);
        using var adapter = AdapterSet.Load(SharedData.Golden("models", "llama", "lora"), model.Linears);
        using var view = model.WithAdapter(adapter);
        using var batch = TokenBatch.FromSequences([[1, 2, 3]]);
        using var scope = TensorScope.Enter();

        Assert.Equal(model.Head.Weight.DataPointer, view.Head.Weight.DataPointer);
        Assert.False(Hidden(model, batch).HasSameElements(Hidden(view, batch)));
        Assert.True(Hidden(model, batch).HasSameElements(Hidden(view.WithAdapter(null), batch)));
    }

    private static Tensor Hidden(CausalModel model, TokenBatch batch) => model.Hidden(batch, new PackedAttentionContext(batch));

    // The line of the process's memory map that a tensor's data lies in.
    private static string MappingOf(Tensor tensor)
    {
        var place = (ulong)tensor.DataPointer;
        return File.ReadLines("/proc/self/maps").FirstOrDefault(line =>
        {
            var range = line[..line.IndexOf(' ', StringComparison.Ordinal)].Split('-');
            return place >= Convert.ToUInt64(range[0], 16) && place < Convert.ToUInt64(range[1], 16);
        }) ?? "";
    }
}
