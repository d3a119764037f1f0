using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Components.Answers;
using FineTuneStudio.Components.Notices;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Adapters;

/// <summary>One adapter: download it, try it beside its base model, see that it loads, take it elsewhere.</summary>
public sealed partial class AdapterPage : IDisposable
{
    private const int MostExamples = 3;

    /// <summary>Characters of a held-out prompt that a button can still stand for.</summary>
    private const int LongestExample = 300;

    private readonly CancellationTokenSource _closed = new();
    private AdapterSummary? _adapter;
    private string? _card;
    private AdapterDescription? _what;
    private IReadOnlyList<UserError> _errors = [];
    private IReadOnlyList<string> _examples = [];
    private bool _missing;

    [Inject]
    public required AdapterLibrary Adapters { get; init; }

    [Inject]
    public required ModelLibrary Models { get; init; }

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required Deletion Deletion { get; init; }

    [Parameter]
    public Guid Id { get; set; }

    private string SafeName => string.Concat(_adapter!.Name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')).Trim('-');

    private IReadOnlyList<ChatSide> Sides => [new(Figures.Brief(_adapter!.Name), _adapter.Model, Id), new($"{_adapter.Model}, untuned", _adapter.Model, Adapter: null)];

    private string HereText => $$"""
        echo '{"messages":[{"role":"user","content":"Hello"}]}' | ./studio generate --model {{_adapter!.Model}} --adapter ./{{SafeName}}
        """;

    private string PeftText => $"""
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from peft import PeftModel

        model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("BASE"), "./{SafeName}")
        tokenizer = AutoTokenizer.from_pretrained("BASE")
        """;

    private bool HasMagnitudes => _what is { Options.Dora: true };

    private string LlamaText => HasMagnitudes ? $"llama-cli -m {SafeName}-gguf-q8_0.gguf -p \"Hello\"" : $"llama-cli -m BASE.gguf --lora {SafeName}-gguf-lora.gguf -p \"Hello\"";

    private IReadOnlyList<PageAction> Actions =>
    [
        new($"Adapter, {Figures.Bytes(_adapter!.Bytes)}", "download") { Address = $"/api/adapters/{Id}/zip", Download = true, Primary = true, Hint = "PEFT layout, as a zip" },
        .. _adapter.RunId is { } run ? [new PageAction("See its run", "run") { Address = $"/runs/{run}" }] : Array.Empty<PageAction>(),
        new("Train on", "run") { Address = $"/runs/new?adapter={Id}", Hint = "A new run that begins with this adapter" },
        new("Other forms", "download") { Address = $"/adapters/{Id}#exports", Seldom = true, Hint = "Merged model, GGUF for llama.cpp; each loaded anew and certified" },
        new("Delete", "trash") { Act = () => Deletion.DeleteAsync(ThingKind.Adapter, Id, _adapter.Name, "/adapters"), Danger = true, Seldom = true },
    ];

    private string VllmText => HasMagnitudes ? $"vllm serve ./{SafeName}-merged" : $"vllm serve BASE --enable-lora --lora-modules {SafeName}=./{SafeName}";

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        _adapter = await Adapters.FindAsync(Id, _closed.Token);
        _missing = _adapter is null;
        _examples = _adapter?.RunId is { } run && await Runs.FollowAsync(run, _closed.Token) is { InitialState.Samples: var samples }
            ? [.. samples.Select(sample => sample.Prompt).Distinct().Where(prompt => prompt.Length is > 0 and <= LongestExample).Take(MostExamples)]
            : [];
        await DescribeAsync();
        _card = _adapter is null ? null : await Adapters.FindCardAsync(_adapter, _closed.Token);
    }

    private static string Kind(LoraOptions options) => (options.Dora, options.RsLora) switch
    {
        (true, true) => "DoRA with a rank-stabilised scale",
        (true, false) => "DoRA",
        (false, true) => "LoRA with a rank-stabilised scale",
        (false, false) => "LoRA",
    };

    // Read from the file itself; one that is damaged says so.
    private async Task DescribeAsync()
    {
        if (_adapter is null || await Models.FindAsync(_adapter.Model, _closed.Token) is not { } model)
        {
            return;
        }

        try
        {
            _what = await Adapters.DescribeAsync(_adapter, model.Folder, _closed.Token);
        }
        catch (UserErrorException exception)
        {
            _errors = exception.Errors;
        }
    }
}
