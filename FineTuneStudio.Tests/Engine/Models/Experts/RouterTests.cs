using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Experts;
using FineTuneStudio.Engine.Tensors;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Models.Experts;

/// <summary>Routers on logits that are the input itself: the weight is the identity.</summary>
public sealed class RouterTests
{
    private static readonly float[] EightLogits = [1, -.5f, .2f, .8f, -1, 2, 0, .1f];

    [Theory]
    [InlineData(false, .609460, .224208)]
    [InlineData(true, .731059, .268941)]
    public void Choose_SoftmaxScores_WeighsTheBestTwo(bool isNormalised, double first, double second)
    {
        using var scope = TensorScope.Enter();

        var choice = Choose(new RouterDescription { Choices = 2, Normalised = isNormalised }, [2, 1, .5f, -1]);

        Assert.Equal([0L, 1], choice.Ids.ToArray<long>());
        AssertWeights([first, second], choice);
    }

    [Fact]
    public void Choose_SigmoidScoresInGroups_LeavesTheLargestScoreOfADroppedGroupOut()
    {
        using var scope = TensorScope.Enter();
        var description = new RouterDescription
        {
            Choices = 3, Scores = ScoreFunction.Sigmoid, Normalised = true, Scale = 2.5, Groups = 4, KeptGroups = 2, BestOfGroup = 2, HasCorrection = true,
        };

        var choice = Choose(description, EightLogits, correction: [0, .3f, 0, 0, 0, -.5f, .05f, 0]);

        Assert.Equal([0L, 3, 1], choice.Ids.ToArray<long>());
        AssertWeights([1.016164, .959058, .524778], choice);
    }

    [Fact]
    public void Choose_KeptScoresBelowZero_StillBeatDroppedGroups()
    {
        using var scope = TensorScope.Enter();
        var description = new RouterDescription { Choices = 2, Scores = ScoreFunction.Sigmoid, Normalised = false, Groups = 2, KeptGroups = 1, BestOfGroup = 1, HasCorrection = true };

        var choice = Choose(description, [0, 0, 0, 0], correction: [1, -2, -1, -1]);

        Assert.Equal([0L, 1], choice.Ids.ToArray<long>());
    }

    [Fact]
    public void Choose_GivenExperts_WeighsThemByTheScoresOfNow()
    {
        using var scope = TensorScope.Enter();
        var record = RoutingRecord.Of([KeyValuePair.Create(3, Tensor.From<long>([3, 1], 1, 2))], experts: 4);
        using var batch = TokenBatch.FromSequences([[1]]);

        var choice = Router(new RouterDescription { Choices = 2, Normalised = true }, 4, null)
            .Choose(Tensor.From([2f, 1, .5f, -1], 1, 4), new PackedAttentionContext(batch) { RoutingGiven = record });

        var (one, two) = (Math.Exp(-1), Math.Exp(1));
        Assert.Equal([3L, 1], choice.Ids.ToArray<long>());
        AssertWeights([one / (one + two), two / (one + two)], choice);
    }

    [Fact]
    public void Choose_TokensTheRecordDoesNotKnow_ChooseForThemselves()
    {
        using var scope = TensorScope.Enter();
        var record = RoutingRecord.Of([KeyValuePair.Create(3, Tensor.From<long>([3, 1], 1, 2))], experts: 4).ExtendedTo(2);
        using var batch = TokenBatch.FromSequences([[1, 2]]);

        var choice = Router(new RouterDescription { Choices = 2, Normalised = true }, 4, null)
            .Choose(Tensor.From([2f, 1, .5f, -1, 2f, 1, .5f, -1], 2, 4), new PackedAttentionContext(batch) { RoutingGiven = record });

        Assert.Equal([3L, 1, 0, 1], choice.Ids.ToArray<long>());
    }

    private static ExpertChoice Choose(RouterDescription description, float[] logits, float[]? correction = null)
    {
        using var batch = TokenBatch.FromSequences([[1]]);
        return Router(description, logits.Length, correction).Choose(Tensor.From<float>(logits, 1, logits.Length), new PackedAttentionContext(batch));
    }

    private static Router Router(RouterDescription description, int experts, float[]? correction)
    {
        var identity = Tensor.Zeros([experts, experts], DType.Float32);
        for (var expert = 0; expert < experts; expert++)
        {
            identity.AsSpan<float>()[(expert * experts) + expert] = 1;
        }

        return new Router(description, layer: 3, identity, bias: null, correction is null ? null : Tensor.From<float>(correction));
    }

    private static void AssertWeights(double[] expected, ExpertChoice choice)
        => Assert.Equal(expected, choice.Weights.ToArray<float>().Select(weight => (double)weight), (left, right) => Math.Abs(left - right) < 1e-5);
}
