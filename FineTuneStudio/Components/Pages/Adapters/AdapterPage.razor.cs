using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Components.Answers;
using FineTuneStudio.Components.Notices;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Domain;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Adapters;

/// <summary>One adapter: download it, try it beside its base model, see that it loads, take it elsewhere.</summary>
public sealed partial class AdapterPage : IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private AdapterSummary? _adapter;
    private string? _card;
    private bool _missing;

    [Inject]
    public required AdapterLibrary Adapters { get; init; }

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

    private string LlamaText => $"llama-cli -m BASE.gguf --lora {SafeName}-gguf-lora.gguf -p \"Hello\"";

    private IReadOnlyList<PageAction> Actions =>
    [
        new($"Adapter, {Figures.Bytes(_adapter!.Bytes)}", "download") { Address = $"/api/adapters/{Id}/zip", Download = true, Primary = true, Hint = "PEFT layout, as a zip" },
        new("See its run", "run") { Address = $"/runs/{_adapter.RunId}" },
        new("Other forms", "download") { Address = $"/adapters/{Id}#exports", Seldom = true, Hint = "Merged model, GGUF for llama.cpp; each loaded anew and certified" },
        new("Delete", "trash") { Act = () => Deletion.DeleteAsync(ThingKind.Adapter, Id, _adapter.Name, "/adapters"), Danger = true, Seldom = true },
    ];

    private string VllmText => $"vllm serve BASE --enable-lora --lora-modules {SafeName}=./{SafeName}";

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        _adapter = await Adapters.FindAsync(Id, _closed.Token);
        _missing = _adapter is null;
        _card = _adapter is null ? null : await Adapters.FindCardAsync(_adapter, _closed.Token);
    }
}
