using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Tokenizers;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>Writes down every answer that a run learns from; <see cref="RolloutFile"/> reads it.</summary>
internal sealed class RolloutLog : IDisposable
{
    /// <summary>Beyond, answers are written without their tokens.</summary>
    private const long MostTokenBytes = 512L << 20;

    /// <summary>Beyond, nothing is written.</summary>
    private const long MostBytes = 2L << 30;

    private readonly AppendLog _log;
    private readonly PatientWriter _writer;
    private readonly string _folder;

    /// <summary>Opens the file and cuts off what a run that goes on will write again.</summary>
    /// <param name="runFolder">The run's.</param>
    /// <param name="bytes">What belongs to the steps done.</param>
    /// <param name="writer">Waits while the disk is full.</param>
    public RolloutLog(string runFolder, long bytes, PatientWriter writer)
    {
        (_folder, _writer) = (runFolder, writer);
        _log = new AppendLog(Path.Combine(runFolder, RunFolder.Rollouts), bytes);
    }

    /// <summary>Bytes so far.</summary>
    public long Bytes => _log.Length;

    /// <summary>Appends a batch, as soon as the disk takes it.</summary>
    /// <param name="step">The step that learnt from it first.</param>
    /// <param name="groups">All that were drawn, with what was made of them.</param>
    /// <param name="tokenizer">Of the model.</param>
    public void Append(int step, IReadOnlyList<LearntGroup> groups, Tokenizer tokenizer)
    {
        if (_log.Length > MostBytes)
        {
            return;
        }

        var withTokens = _log.Length < MostTokenBytes;
        var line = RolloutFile.ToLine(new RolloutBatch(step, [.. groups.Select(group => Describe(step, group, withTokens ? tokenizer : null))]));
        _writer.Write($"the answers of step {step}", line.Length, _folder, () => _log.Append(line));
    }

    /// <summary>Forces everything to disk, so that a checkpoint never knows more of it than is there.</summary>
    public void Flush() => _log.Flush();

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();

    /// <summary>A group as a person sees it.</summary>
    /// <param name="step">The step that learns from it.</param>
    /// <param name="group">With what is made of it.</param>
    /// <param name="tokenizer">Of the model; <see langword="null"/> leaves tokens out.</param>
    public static RolloutGroup Describe(int step, LearntGroup group, Tokenizer? tokenizer) => new()
    {
        Step = step,
        Row = group.Drawn.Prompt.Number,
        Line = group.Drawn.Prompt.Line,
        Prompt = group.Drawn.Prompt.Question,
        Expected = group.Drawn.Prompt.Expected,
        ZeroVariance = group.ZeroVariance,
        Answers = [.. group.Drawn.Answers.Select((answer, index) => new RolloutAnswer
        {
            Text = answer.Said.Text,
            Calls = answer.Said.Calls.Count > 0 ? answer.Said.Calls : null,
            CallFaults = answer.Said.Faults.Count > 0 ? answer.Said.Faults : null,
            Turns = answer.Turns,
            Grade = answer.Grade,
            Reward = double.IsNaN(group.Drawn.Rewards[index]) ? null : group.Drawn.Rewards[index],
            Advantage = group.Advantages[index],
            Learnt = group.Learnt[index],
            Cut = answer.IsCut,
            Tokens = tokenizer is null ? [] : Tokens(answer, tokenizer),
        })],
    };

    private static List<RolloutToken> Tokens(GradedAnswer answer, Tokenizer tokenizer)
    {
        var decoder = tokenizer.CreateStreamingDecoder(skipSpecial: false);
        var tokens = new List<RolloutToken>(answer.Tokens.DrawnTokens);
        foreach (var turn in answer.Tokens.Turns())
        {
            for (var index = 0; index < turn.Ids.Length; index++)
            {
                var text = decoder.Push(turn.Ids[index]) + (index == turn.Ids.Length - 1 ? decoder.Finish() : "");
                tokens.Add(new RolloutToken(text, turn.LogProbabilities[index]));
            }
        }

        return tokens;
    }
}
