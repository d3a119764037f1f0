using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Adapters;

/// <summary>One adapter: download it, try it beside its base model.</summary>
public sealed partial class AdapterPage : IDisposable
{
    private static readonly TimeSpan DrawingPace = TimeSpan.FromMilliseconds(80);

    private readonly CancellationTokenSource _closed = new();
    private CancellationTokenSource? _question;
    private AdapterSummary? _adapter;
    private IReadOnlyList<UserError> _errors = [];
    private string? _card;
    private string _prompt = "";
    private string _system = "";
    private string _tuned = "";
    private string _base = "";
    private double _temperature;
    private int _maxTokens = 64;
    private long _seed = OptionCatalog.Seed.Default;
    private bool _missing;
    private bool _asking;
    private bool _asked;
    private bool _tunedEnded;
    private bool _baseEnded;

    [Inject]
    public required AdapterLibrary Adapters { get; init; }

    [Inject]
    public required SideBySide SideBySide { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    [Parameter]
    public Guid Id { get; set; }

    private string SafeName => string.Concat((_adapter?.Name ?? "").Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')).Trim('-');

    private string PeftText => $"""
        from transformers import AutoModelForCausalLM
        from peft import PeftModel

        model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("BASE_MODEL"), "./{SafeName}")
        """;

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
        _question?.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        _adapter = await Adapters.FindAsync(Id, _closed.Token);
        _missing = _adapter is null;
        _card = _adapter is null ? null : await Adapters.FindCardAsync(_adapter, _closed.Token);
    }

    private async Task AskAsync()
    {
        var options = new SamplingOptions { Temperature = _temperature, MaxTokens = _maxTokens, Seed = _seed };
        _errors = [.. options.Validate()];
        if (_errors.Count > 0)
        {
            return;
        }

        (_asking, _asked, _tuned, _base, _tunedEnded, _baseEnded) = (true, true, "", "", false, false);
        _question = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token);
        try
        {
            var drawn = Time.GetTimestamp();
            await foreach (var piece in SideBySide.AskAsync(_adapter!, _system.Trim(), _prompt, options, _question.Token))
            {
                Take(piece);
                if (piece.Ended || Time.GetElapsedTime(drawn) > DrawingPace)
                {
                    drawn = Time.GetTimestamp();
                    StateHasChanged();
                }
            }
        }
        catch (UserErrorException exception)
        {
            _errors = exception.Errors;
        }
        catch (OperationCanceledException) when (_question.IsCancellationRequested)
        {
            // The person stopped it, or left.
        }

        _asking = false;
    }

    private void Take(AnswerPiece piece)
    {
        if (piece.Tuned)
        {
            _tuned += piece.Text;
            _tunedEnded |= piece.Ended;
        }
        else
        {
            _base += piece.Text;
            _baseEnded |= piece.Ended;
        }
    }

    private async Task StopAsync()
    {
        if (_question is not null)
        {
            await _question.CancelAsync();
        }
    }
}
