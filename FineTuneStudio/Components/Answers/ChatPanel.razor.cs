using FineTuneStudio.Application.Answers;
using FineTuneStudio.Application.Drafts;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Answers;

/// <summary>A conversation with one or two models: the same words and the same seed, the answers side by side as they come.</summary>
public sealed partial class ChatPanel : IAsyncDisposable
{
    private static readonly TimeSpan DrawingPace = TimeSpan.FromMilliseconds(80);

    private readonly CancellationTokenSource _closed = new();
    private Draft<ChatForm>? _draft;
    private CancellationTokenSource? _question;
    private Task _asking = Task.CompletedTask;
    private IReadOnlyList<UserError> _errors = [];
    private string _said = "";
    private bool _drawsLater;

    [Inject]
    public required AnswerService Answers { get; init; }

    [Inject]
    public required DraftStore Drafts { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    /// <summary>Who is asked; one or two.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<ChatSide> Sides { get; set; } = [];

    /// <summary>Where the conversation is kept.</summary>
    [Parameter, EditorRequired]
    public string DraftKey { get; set; } = "";

    [Parameter]
    public string Placeholder { get; set; } = "Say something";

    /// <summary>Questions that may be asked with one click, while nothing was asked yet.</summary>
    [Parameter]
    public IReadOnlyList<string> Examples { get; set; } = [];

    /// <summary>What stands before <see cref="Examples"/>.</summary>
    [Parameter]
    public string ExamplesLead { get; set; } = "For instance:";

    private ChatForm Form => _draft!.Value;

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _asking;
        _question?.Dispose();
        if (_draft is not null)
        {
            await _draft.DisposeAsync();
        }

        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        _draft = await Drafts.OpenAsync(DraftKey, () => new ChatForm(), _closed.Token);

        // What was on its way when the page was left has no end of its own.
        Form.Exchanges.SelectMany(exchange => exchange.Answers).ToList().ForEach(answer => answer.Ended = true);
    }

    private static string StatusOf(ChatAnswer answer) => answer switch
    {
        { Ended: false, Tokens: 0 } => "waiting",
        { TokensPerSecond: { } rate } => $"{Figures.Count(answer.Tokens, "token")} · {Figures.Short(rate)} tokens/s",
        { Tokens: 0 } => "stopped",
        _ => Figures.Count(answer.Tokens, "token"),
    };

    private Task AskAsync()
    {
        _errors = [.. Form.ToOptions().Validate()];
        if (_errors.Count > 0 || _question is not null || Sides.Count == 0 || Form.Prompt.Trim().Length == 0)
        {
            return Task.CompletedTask;
        }

        _asking = StreamAsync();
        return _asking;
    }

    private Task AskExampleAsync(string example)
    {
        Form.Prompt = example;
        return AskAsync();
    }

    private async Task StreamAsync()
    {
        var exchange = new ChatExchange { Prompt = Form.Prompt.Trim(), Answers = [.. Sides.Select(side => new ChatAnswer { Label = side.Label })] };
        Form.Exchanges.Add(exchange);
        var questions = Sides.Select((side, number) => new AnswerQuestion(side.Model, side.Adapter, Form.TurnsOf(number))).ToList();
        (Form.Prompt, _said) = ("", "");
        using var question = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token);
        _question = question;
        try
        {
            var drawn = Time.GetTimestamp();
            await foreach (var piece in Answers.AskAsync(questions, Form.ToOptions(), question.Token))
            {
                Take(exchange.Answers[piece.Side], piece);
                if (piece.Ended || Time.GetElapsedTime(drawn) > DrawingPace)
                {
                    drawn = Time.GetTimestamp();
                    StateHasChanged();
                }
                else if (!_drawsLater)
                {
                    _ = DrawLaterAsync(question.Token);
                }
            }

            _said = string.Join(". ", exchange.Answers.Select(answer => $"{answer.Label}: {answer.Parsed?.Shown ?? answer.Text}"));
        }
        catch (UserErrorException exception)
        {
            _errors = exception.Errors;
            Form.Exchanges.Remove(exchange);
            Form.Prompt = exchange.Prompt;
        }
        catch (OperationCanceledException) when (question.IsCancellationRequested)
        {
            // The person stopped it, or left: what has come stays.
        }

        exchange.Answers.ForEach(answer => answer.Ended = true);
        _question = null;
        _draft!.Changed();
    }

    // What comes between two drawings is seen even where nothing comes after it for long.
    private async Task DrawLaterAsync(CancellationToken cancellationToken)
    {
        _drawsLater = true;
        try
        {
            await Task.Delay(DrawingPace, Time, cancellationToken);
            StateHasChanged();
        }
        catch (OperationCanceledException)
        {
            // The end of the question draws all there is.
        }

        _drawsLater = false;
    }

    private static void Take(ChatAnswer answer, AnswerPiece piece)
    {
        answer.Text += piece.Text;
        answer.Tokens = piece.Tokens;
        answer.TokensPerSecond = piece.TokensPerSecond;
        answer.Ended = piece.Ended;
        answer.Parsed = piece.Parsed;
    }

    private async Task StopAsync()
    {
        if (_question is not null)
        {
            await _question.CancelAsync();
        }
    }

    private async Task BeginAnewAsync()
    {
        _errors = [];
        Form.Exchanges.Clear();
        _draft!.Changed();
        await Task.CompletedTask;
    }
}
