using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

public sealed class RunFeedTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task FollowPoints_RunGoesOnFromACheckpoint_TellsWhatIsOutOfDate()
    {
        var feed = Feed(9);
        await using var reader = feed.FollowPointsAsync(0, TimeSpan.Zero, Token).GetAsyncEnumerator(Token);
        await reader.MoveNextAsync();
        Assert.Equal((0, 9), (reader.Current.After, reader.Current.Points.Count));

        feed.Append(Started(6));
        feed.Append(Step(7));
        await reader.MoveNextAsync();

        Assert.Equal((6, 1, 7), (reader.Current.After, reader.Current.Points.Count, reader.Current.Points.LastStep));
    }

    [Fact(Timeout = 30_000)]
    public async Task FollowPoints_ReaderKnowsMoreThanTheFeed_IsCutBack()
    {
        await using var reader = Feed(9).FollowPointsAsync(40, TimeSpan.Zero, Token).GetAsyncEnumerator(Token);

        await reader.MoveNextAsync();

        Assert.Equal((9, 0), (reader.Current.After, reader.Current.Points.Count));
    }

    [Fact(Timeout = 30_000)]
    public async Task FollowPoints_NoNewEvaluation_DoesNotSendTheOldOnesAgain()
    {
        var feed = Feed(3);
        feed.Append(new TrainingEvent.Evaluated(3, 1.5, 0.1));
        await using var reader = feed.FollowPointsAsync(0, TimeSpan.Zero, Token).GetAsyncEnumerator(Token);
        await reader.MoveNextAsync();
        Assert.Equal([3, 1.5], Assert.Single(reader.Current.Evaluations!));

        feed.Append(Step(4));
        await reader.MoveNextAsync();
        Assert.Null(reader.Current.Evaluations);

        feed.Append(new TrainingEvent.Evaluated(4, 1.25, 0.1));
        await reader.MoveNextAsync();
        Assert.Equal(2, reader.Current.Evaluations!.Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task Subscribe_NewsBetweenFigures_DoesNotWaitForThePaceOfFigures()
    {
        var feed = Feed(1);
        await using var updates = feed.Subscribe(TimeSpan.FromDays(1), Token).Updates.GetAsyncEnumerator(Token);
        feed.Append(Step(2));
        await updates.MoveNextAsync();
        Assert.Equal(2, updates.Current.Step);

        feed.Append(Step(3));
        feed.Append(new TrainingEvent.Paused(3));
        await updates.MoveNextAsync();

        Assert.Equal((3, RunState.Paused), (updates.Current.Step, updates.Current.State));
    }

    private static RunFeed Feed(int steps)
    {
        var feed = new RunFeed(TimeProvider.System);
        feed.Append(Started(0));
        foreach (var step in Enumerable.Range(1, steps))
        {
            feed.Append(Step(step));
        }

        return feed;
    }

    private static TrainingEvent.Started Started(int step) => new(step, 40, 1, 1, 1, 1, 1, 1, 0);

    private static TrainingEvent.StepCompleted Step(int step) => new(step, 0, 1, 1, 1, 1, 1, 1, 1);
}
