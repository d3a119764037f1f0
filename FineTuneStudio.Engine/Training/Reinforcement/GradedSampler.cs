using System.Diagnostics;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>Draws answers from the model as it is now and has them graded while others are still being drawn.</summary>
/// <remarks>The weights that answer are the ones that learn: nothing is copied.</remarks>
internal sealed class GradedSampler
{
    private readonly CausalModel _model;
    private readonly TextGenerator _texts;
    private readonly TokenGenerator _tokens;
    private readonly Grader _grader;
    private readonly int _contextLength;
    private readonly bool _recordsRouting;
    private readonly ReinforcementOptions _options;
    private readonly ToolSetup? _tools;

    /// <summary>Takes what it draws from and who grades; both stay their owner's.</summary>
    /// <param name="model">With its adapter, where one learns.</param>
    /// <param name="renderer">The model's own.</param>
    /// <param name="grader">Scores the answers.</param>
    /// <param name="specification">By the method rft.</param>
    /// <param name="tools">Answer calls of the model, where its specification has some; stay their owner's.</param>
    public GradedSampler(CausalModel model, Renderer renderer, Grader grader, RunSpecification specification, ToolBox? tools)
    {
        _model = model;
        _texts = new TextGenerator(model, renderer);
        _tokens = new TokenGenerator(model, _texts.StopIds, limits: null, renderer.Tokenizer);
        _grader = grader;
        _options = specification.Reinforcement!;
        _contextLength = Math.Min(specification.Batch.ContextLength, model.Config.ContextLength);
        _tools = tools is null ? null : new ToolSetup(tools, _options.Tools!, renderer, _texts.StopIds);
        _recordsRouting = model.Config.Experts > 0;
    }

    /// <summary>Draws and grades.</summary>
    /// <param name="prompts">Each with the place of its random stream; each leaves room for a token.</param>
    /// <param name="answers">How many to each.</param>
    /// <param name="options">How tokens are chosen, and how many at most.</param>
    /// <param name="activity">Told how many answers are drawn.</param>
    /// <param name="cancellationToken">Looked at before each token and each grade.</param>
    /// <returns>The answers to each prompt, and the seconds spent drawing and waiting for grades.</returns>
    public (IReadOnlyList<GradedAnswer[]> Answers, double DrawingSeconds, double GradingSeconds) Draw(
        IReadOnlyList<(PromptRow Prompt, long Stream)> prompts, int answers, SamplingOptions options, ActivityReport activity, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var conversations = prompts.Select(drawn => _tools is null ? null : Enumerable.Range(0, answers).Select(_ => new ToolConversation(_tools, drawn.Prompt)).ToArray()).ToList();
        var requests = prompts.Select((drawn, request) => new TokenRequest(drawn.Prompt.Ids, options with { MaxTokens = Math.Min(options.MaxTokens, _contextLength - drawn.Prompt.Ids.Length) })
        {
            Answers = answers,
            Stream = drawn.Stream,
            RecordsRouting = _recordsRouting,
            Turns = conversations[request] is { } own ? index => own[index] : null,
            MostTokens = _options.MostTokens(_contextLength - drawn.Prompt.Ids.Length),
        }).ToList();
        var graded = requests.ConvertAll(_ => new Task<GradedAnswer>[answers]);
        var ended = 0;
        void Take(int request, int index, TokenAnswer answer)
        {
            graded[request][index] = Task.Run(() => Grade(prompts[request].Prompt, answer, conversations[request]?[index], cancellationToken), cancellationToken);
            activity.Count(++ended);
        }

        try
        {
            _tokens.Generate(requests, onToken: null, Take, cancellationToken);
            var drawn = Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            var all = graded.ConvertAll(group => Array.ConvertAll(group, task => task.GetAwaiter().GetResult()));
            return (all, drawn, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        catch
        {
            // Nobody grades for a run that is over.
            Task.WaitAll([.. graded.SelectMany(group => group).Where(task => task is not null).Select(task => task.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default))], CancellationToken.None);
            throw;
        }
    }

    /// <summary>The likeliest answer to each prompt, graded: how a run is scored on those it holds out.</summary>
    /// <param name="prompts">Each leaves room for a token.</param>
    /// <param name="options">Where an answer ends.</param>
    /// <param name="activity">Told how many answers are drawn.</param>
    /// <param name="cancellationToken">Looked at before each token and each grade.</param>
    public List<GradedAnswer> DrawGreedy(IReadOnlyList<PromptRow> prompts, ReinforcementOptions options, ActivityReport activity, CancellationToken cancellationToken)
    {
        var (groups, _, _) = Draw([.. prompts.Select(row => (row, 0L))], answers: 1, options.Greedy(), activity, cancellationToken);
        return [.. groups.Select(group => group[0])];
    }

    private GradedAnswer Grade(PromptRow prompt, TokenAnswer answer, ToolConversation? conversation, CancellationToken cancellationToken)
    {
        if (conversation is not null)
        {
            var last = conversation.Finish(answer);
            var sample = new GradedSample(prompt.Item, last.Text, (last with { Calls = conversation.Calls }).ToOpenAi()) { Messages = conversation.Messages };
            return new GradedAnswer(answer, last, _grader.Evaluate(sample, cancellationToken)) { Turns = conversation.Turns };
        }

        var said = _texts.Reader.Read(answer, prompt.Tools);
        return new GradedAnswer(answer, said, _grader.Evaluate(new GradedSample(prompt.Item, said.Text, said.ToOpenAi()), cancellationToken));
    }
}
