using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Training.Sft;

namespace FineTuneStudio.Engine.Training.Evaluation;

/// <summary>Scores a model on a dataset: loss on learnt tokens, and how often its greedy answer is the dataset's.</summary>
public static class ModelEvaluation
{
    private const int TokensPerBatch = 4096;
    private const int AnswersAtOnce = 32;
    private const int MostTokensBeyondExpected = 8;

    /// <summary>Scores every usable row.</summary>
    /// <param name="model">With its adapter, where there is one.</param>
    /// <param name="renderer">The model's.</param>
    /// <param name="path">The dataset.</param>
    /// <param name="columns">For CSV; <see langword="null"/> lets the studio suggest.</param>
    /// <param name="maxRows">Score the first so many rows; <see langword="null"/> all.</param>
    /// <param name="progress">Rows answered so far.</param>
    /// <param name="cancellationToken">Looked at between batches.</param>
    /// <exception cref="UserErrorException">No such file, or no row with an answer.</exception>
    public static EvaluationResult Run(
        CausalModel model, Renderer renderer, string path, ColumnMapping? columns, int? maxRows, Action<int>? progress, CancellationToken cancellationToken)
    {
        using var index = DatasetIndex.Open(path, new DatasetCheckOptions { Columns = columns }, cancellationToken);
        var count = Math.Min(index.Count, maxRows ?? int.MaxValue);
        var rendered = new TrainingRow[count];
        var tasks = new AnswerTask?[count];
        for (var row = 0; row < count; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var source = index.Read(row);
            var text = renderer.RenderConversation(source.Conversation, source.LearnWeights, model.Config.ContextLength);
            rendered[row] = new TrainingRow(source.Index, source.Line, text.Ids, text.Weights, text.Cut);
            tasks[row] = AnswerTask.Of(source.Conversation);
        }

        TrainingRow[] learnt = [.. rendered.Where(row => row.LearntTokens > 0)];
        if (learnt.Length == 0)
        {
            throw new UserErrorException(path, "No row has an answer to score.");
        }

        var loss = HeldOutEvaluator.Loss(model, learnt, TokensPerBatch, ActivityReport.None, cancellationToken);
        var (matches, answered) = Matches(new TextGenerator(model, renderer), renderer, [.. tasks.OfType<AnswerTask>()], progress, cancellationToken);
        return new EvaluationResult(learnt.Length, learnt.Sum(row => (long)row.LearntTokens), loss, Math.Exp(loss), answered, matches);
    }

    // An answer is right when it is the expected text, white space at the ends aside.
    private static (int Matches, int Answered) Matches(
        TextGenerator generator, Renderer renderer, AnswerTask[] tasks, Action<int>? progress, CancellationToken cancellationToken)
    {
        var (matches, answered) = (0, 0);

        // Answers of like length together, so that none waits long for the others of its batch.
        foreach (var block in tasks.OrderBy(task => task.Expected.Length).ThenBy(task => task.Question, StringComparer.Ordinal).Chunk(AnswersAtOnce))
        {
            var longest = block.Max(task => renderer.Tokenizer.Encode(task.Expected).Length) + MostTokensBeyondExpected;
            var greedy = new SamplingOptions { Temperature = 0, MaxTokens = longest };
            var answers = generator.Generate([.. block.Select(task => task.Prompt)], greedy, onPiece: null, cancellationToken);
            matches += block.Zip(answers).Count(pair => pair.Second.Text.Trim() == pair.First.Expected.Trim());
            answered += block.Length;
            progress?.Invoke(answered);
        }

        return (matches, answered);
    }
}
