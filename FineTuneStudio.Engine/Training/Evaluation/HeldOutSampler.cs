using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Training.Sft;

namespace FineTuneStudio.Engine.Training.Evaluation;

/// <summary>Answers the same few held-out prompts at each evaluation, greedily, so that a person sees the model learn.</summary>
internal sealed class HeldOutSampler
{
    private readonly Renderer _renderer;
    private readonly EvaluationOptions _options;
    private readonly List<(int Row, AnswerTask Task)> _tasks = [];

    /// <summary>Chooses the rows: spread evenly over those held out.</summary>
    public HeldOutSampler(IReadOnlyList<HeldOutRow> rows, Renderer renderer, EvaluationOptions options)
    {
        _renderer = renderer;
        _options = options;
        var count = Math.Min(options.Samples, rows.Count);
        for (var sample = 0; sample < count; sample++)
        {
            var row = (int)((long)sample * rows.Count / count);
            if (AnswerTask.Of(rows[row].Source.Conversation) is { } task)
            {
                _tasks.Add((row, task));
            }
        }
    }

    /// <summary>One event for each sample.</summary>
    /// <param name="model">As it is now.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="activity">Told that prompts are answered.</param>
    /// <param name="cancellationToken">Looked at before each token.</param>
    /// <exception cref="UserErrorException">The template refuses a prompt, or one does not fit into the model's context.</exception>
    public IEnumerable<TrainingEvent.Sampled> Answer(CausalModel model, int step, ActivityReport activity, CancellationToken cancellationToken)
    {
        if (_tasks.Count == 0)
        {
            return [];
        }

        activity.Begin(RunActivity.AnsweringSamples, _tasks.Count);
        var greedy = new SamplingOptions { Temperature = 0, MaxTokens = _options.SampleTokens };
        var answers = new TextGenerator(model, _renderer).Generate([.. _tasks.Select(item => item.Task.Prompt)], greedy, onPiece: null, cancellationToken);
        return _tasks.Zip(answers, (item, answer) => new TrainingEvent.Sampled(step, item.Row, item.Task.Question, item.Task.Expected, answer.Text));
    }
}
