using FineTuneStudio.Application.Graders;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Graders;

public sealed class GraderTrialsTests : SteppedStudioTests
{
    private GraderTrials Trials => Studio.Services.GetRequiredService<GraderTrials>();

    [Fact]
    public async Task Try_LabelsOfADataset_AreRightForTheirOwnRowsAndWrongForOthers()
    {
        var label = GraderTemplates.For(null).Single(template => template.Id == "label").Json;

        var trials = Value(await Trials.TryAsync(label, StudioSeed.Dataset, 6, Token));

        Assert.Equal(6, trials.Count);
        Assert.All(trials, trial => Assert.Equal((1.0, 0.0), (trial.Own!.Score, trial.OtherGrade!.Score)));
        Assert.Equal(1, trials[0].Line);
        Assert.True(trials[5].Line > 700);
    }

    [Fact]
    public async Task Try_PromptsWithoutAnswers_GradesWhatStandsBesideThem()
    {
        await Studio.UploadAsync("prompts.jsonl", Enumerable.Range(1, 20).Select(i => $$"""{"messages":[{"role":"user","content":"How many are {{i}} and 1?"}],"answer":"{{i + 1}}"}"""), Token);
        var math = GraderTemplates.For(null).Single(template => template.Id == "math").Json;

        var trials = Value(await Trials.TryAsync(math, "prompts.jsonl", 4, Token));

        Assert.All(trials, trial => Assert.Equal((1.0, 0.0), (trial.Own!.Score, trial.OtherGrade!.Score)));
        Assert.Equal("How many are 1 and 1?", trials[0].Prompt);
    }

    [Fact]
    public async Task Try_FaultyGraderOrNoSuchDataset_IsRefused()
    {
        Assert.IsType<Result<IReadOnlyList<GraderTrial>>.Refused>(await Trials.TryAsync("""{"type":"math"}""", StudioSeed.Dataset, 4, Token));
        Assert.IsType<Result<IReadOnlyList<GraderTrial>>.Refused>(await Trials.TryAsync("""{"type":"math"}""", "none", 4, Token));
    }

    private static IReadOnlyList<GraderTrial> Value(Result<IReadOnlyList<GraderTrial>> result) => Assert.IsType<Result<IReadOnlyList<GraderTrial>>.Success>(result).Value;
}
