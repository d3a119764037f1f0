using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Reinforcement;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Reinforcement;

/// <summary>What was answered is read back while it is still being written.</summary>
public sealed class RolloutFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_NoFile_HasNothing()
    {
        var file = new RolloutFile(_folder.FullName);

        Assert.Empty(file.Steps());
        Assert.Empty(file.Read(1));
    }

    [Fact]
    public void Read_WhileItGrows_FindsEveryWholeBatch()
    {
        var file = new RolloutFile(_folder.FullName);
        Append(RolloutFile.ToLine(Batch(1, "one")));
        Assert.Equal([1], file.Steps());

        var second = RolloutFile.ToLine(Batch(3, "three"));
        Append(second[..40]);
        Assert.Equal([1], file.Steps());

        Append(second[40..]);
        Assert.Equal([1, 3], file.Steps());
        var answer = Assert.Single(Assert.Single(file.Read(3)).Answers);
        Assert.Equal("three", answer.Text);
        Assert.Equal(0.5, answer.Grade.Score);
        Assert.Equal([new RolloutToken("three", -0.25f)], answer.Tokens);
        Assert.Empty(file.Read(2));
    }

    [Fact]
    public void Read_AfterTheRunWentOnFromEarlier_HasTheNewAnswers()
    {
        var file = new RolloutFile(_folder.FullName);
        Append([.. RolloutFile.ToLine(Batch(1, "one")), .. RolloutFile.ToLine(Batch(2, "two"))]);
        Assert.Equal([1, 2], file.Steps());

        File.WriteAllBytes(_folder.At(RunFolder.Rollouts), [.. RolloutFile.ToLine(Batch(1, "one")), .. RolloutFile.ToLine(Batch(2, "two, once more"))]);

        Assert.Equal([1, 2], file.Steps());
        Assert.Equal("two, once more", file.Read(2)[0].Answers[0].Text);
    }

    private static RolloutBatch Batch(int step, string text) => new(step,
    [
        new RolloutGroup
        {
            Step = step,
            Row = 7,
            Line = 8,
            Prompt = "Count.",
            Expected = "",
            ZeroVariance = true,
            Answers = [new RolloutAnswer { Text = text, Grade = Grade.Scored(0.5, "half"), Reward = 0.5, Advantage = 0, Learnt = false, Cut = false, Tokens = [new RolloutToken(text, -0.25f)] }],
        },
    ]);

    private void Append(byte[] bytes)
    {
        using var stream = new FileStream(_folder.At(RunFolder.Rollouts), FileMode.Append);
        stream.Write(bytes);
    }
}
