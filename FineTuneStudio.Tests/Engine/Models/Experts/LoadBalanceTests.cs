using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Experts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Models.Experts;

public sealed class LoadBalanceTests
{
    private static readonly float[] Shares = [.25f, .35f, .266667f, .133333f];

    [Fact]
    public void Close_ThreeTokensOnThreeOfFourExperts_IsTheClosedForm()
    {
        using var scope = TensorScope.Enter();
        using var balance = new LoadBalance();

        balance.Observe(Tensor.Zeros([3, 1], DType.Float32), Choice());

        Assert.Equal(2.311111, balance.Close(1), 1e-5);
    }

    [Fact]
    public void Close_EveryExpertAlike_IsTheNumberOfChoices()
    {
        using var scope = TensorScope.Enter();
        using var balance = new LoadBalance();

        balance.Observe(Tensor.Zeros([2, 1], DType.Float32), new ExpertChoice(Tensor.Zeros([2, 4], DType.Float32), Tensor.From<long>([0, 1, 2, 3], 2, 2), Tensor.Zeros([2, 2], DType.Float32)));

        Assert.Equal(2, balance.Close(1), 1e-6);
    }

    [Fact]
    public void Close_BeforeTheBackwardPass_SendsItsGradientIntoTheLogits()
    {
        using var scope = TensorScope.Enter();
        using var balance = new LoadBalance();
        var choice = Choice();
        choice.Logits.RequiresGrad = true;

        var output = balance.Observe(Tensor.Zeros([3, 1], DType.Float32), choice);
        balance.Close(0.5);
        output.Sum().Backward();

        // E sum_e f_e P_e with f = 2/3, 2/3, 2/3, 0 held fast.
        var logits = choice.Logits.Detach();
        logits.RequiresGrad = true;
        var slope = Tensor.From<float>([2 / 3f, 2 / 3f, 2 / 3f, 0]);
        ((logits.Softmax(-1).Mean(0) * slope).Sum() * (4 * 0.5)).Backward();
        Assert.True((logits.Grad! - choice.Logits.Grad!).Abs().Max().Item() < 1e-6);
        Assert.True(logits.Grad!.Abs().Max().Item() > 1e-3);
    }

    [Fact]
    public void Observe_LayersComputedAgain_GiveTheSameGradient()
    {
        using var model = CausalModel.Load(SharedData.Golden("models", "qwen3_moe"), Precision.Fp32, trainable: true);
        using var scope = TensorScope.Enter();

        // More rows than are decoded at a time: products with and without gradient are then the same.
        using var batch = TokenBatch.FromSequences([[.. Enumerable.Range(5, 30)], [10, 11, 12, 13, 14]]);

        Tensor[] Gradients(bool checkpointing)
        {
            using var balance = new LoadBalance();
            var hidden = model.Hidden(batch, new PackedAttentionContext(batch) { Balance = balance, Checkpointing = checkpointing });
            Assert.True(balance.Close(3) > 1);
            (hidden.Sum() * 0).Backward();
            var gradients = model.Parameters.Where(parameter => parameter.Key.EndsWith("mlp.gate.weight", StringComparison.Ordinal)).Select(parameter => parameter.Value.Grad!.Clone()).ToArray();
            foreach (var parameter in model.Parameters)
            {
                parameter.Value.Grad = null;
            }

            return gradients;
        }

        var (plain, checkpointed) = (Gradients(false), Gradients(true));

        Assert.All(plain, gradient => Assert.True(gradient.Norm().Item() > 1e-3));
        Assert.All(plain.Zip(checkpointed), pair => Assert.True(pair.First.HasSameElements(pair.Second)));
    }

    private static ExpertChoice Choice()
    {
        var logits = Tensor.From<float>([.. Enumerable.Repeat(Array.ConvertAll(Shares, MathF.Log), 3).SelectMany(row => row)], 3, 4);
        return new ExpertChoice(logits, Tensor.From<long>([0, 1, 1, 2, 2, 0], 3, 2), Tensor.Zeros([3, 2], DType.Float32));
    }
}
