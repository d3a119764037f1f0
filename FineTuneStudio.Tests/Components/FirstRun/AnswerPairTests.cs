using FineTuneStudio.Components.Pages.FirstRun;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Components.FirstRun;

public sealed class AnswerPairTests
{
    [Fact]
    public void From_SamplesOfThreeSteps_ComparesTheFirstWithTheLast()
    {
        TrainingEvent.Sampled[] samples =
        [
            new(0, 0, "never right?", "a", "x"), new(0, 1, "learnt?", "b", "x"), new(0, 2, "known before?", "c", "c "),
            new(5, 1, "learnt?", "b", "y"),
            new(9, 0, "never right?", "a", "z"), new(9, 1, "learnt?", "b", " b"), new(9, 2, "known before?", "c", "c"),
        ];

        var pairs = AnswerPair.From(samples);

        Assert.Equal(["learnt?", "never right?", "known before?"], pairs.Select(pair => pair.Question));
        Assert.Equal([(false, true), (false, false), (true, true)], pairs.Select(pair => (pair.RightBefore, pair.RightAfter)));
        Assert.Equal(("x", " b"), (pairs[0].Before, pairs[0].After));
    }
}
