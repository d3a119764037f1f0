using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

public sealed class RunRolloutsTests : SteppedStudioTests
{
    private RunRollouts Rollouts => Studio.Services.GetRequiredService<RunRollouts>();

    [Fact]
    public async Task Read_StepsOfARun_HaveTheirAnswersAndAPromptIsFollowedNewestFirst()
    {
        Engine.Allow(40);
        var run = await Studio.StartReinforcementRunAsync();
        await Studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed, Token);

        Assert.Equal(Enumerable.Range(1, 40), Value(await Rollouts.StepsAsync(run.Id, Token)));
        Assert.Contains(Value(await Rollouts.ReadAsync(run.Id, 7, Token))[0].Answers, answer => answer.Text.EndsWith("after step 7", StringComparison.Ordinal));
        Assert.Empty(Value(await Rollouts.ReadAsync(run.Id, 41, Token)));
        var followed = new List<int>();
        await foreach (var group in Rollouts.FollowAsync(run.Id, 1, Token))
        {
            followed.Add(group.Step);
        }

        Assert.Equal(Enumerable.Range(1, 40).Reverse(), followed);
    }

    [Fact]
    public async Task Read_RunWithoutAnswers_IsEmptyAndADamagedFileSaysSo()
    {
        var run = Guid.NewGuid();
        Assert.Empty(Value(await Rollouts.StepsAsync(run, Token)));

        var folder = Directory.CreateDirectory(Path.Combine(Studio.DataDirectory, "runs", run.ToString("N")));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "rollouts.jsonl"), "{\"step\":1,\"groups\":nonsense}\n", Token);

        var refused = Assert.IsType<Result<IReadOnlyList<RolloutGroup>>.Refused>(await Rollouts.ReadAsync(run, 1, Token));
        Assert.Contains("cannot be read", Assert.Single(refused.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Selection_EachFilter_ChoosesItsAnswers()
    {
        var groups = FakeReinforcement.Groups(3);

        int Count(RolloutFilter filter, string text = "") => RolloutSelection.Of(groups, filter, text).Sum(selection => selection.Answers.Count);

        Assert.Equal(12, Count(RolloutFilter.All));
        Assert.Equal(2 + 4, Count(RolloutFilter.Best));
        Assert.Equal([1.0, 1, 0.1], RolloutSelection.Of(groups, RolloutFilter.Best, "").Select(selection => selection.Answers[0].Answer.Reward!.Value));
        Assert.Equal(4 + 4, Count(RolloutFilter.Worst));
        Assert.Equal(2, Count(RolloutFilter.Cut));
        Assert.Equal(2, Count(RolloutFilter.Errors));
        Assert.Equal(4, Count(RolloutFilter.ZeroVariance));
        Assert.Equal(2, Count(RolloutFilter.All, "AFTER step"));
        Assert.Equal(4, Count(RolloutFilter.All, "many are 3"));
        Assert.Equal(0, Count(RolloutFilter.Cut, "no idea"));
    }

    private static T Value<T>(Result<T> result) => Assert.IsType<Result<T>.Success>(result).Value;
}
