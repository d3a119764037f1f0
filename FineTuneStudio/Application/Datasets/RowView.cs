using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Datasets;

/// <summary>A row, opened.</summary>
public sealed record RowView
{
    /// <summary>Number among all rows, from 0.</summary>
    public required int Number { get; init; }

    /// <summary>Line in the file, from 1.</summary>
    public required long Line { get; init; }

    /// <summary>Whether it cannot be learnt from.</summary>
    public required bool IsBad { get; init; }

    /// <summary>What is wrong with it, or odd.</summary>
    public required IReadOnlyList<DatasetFault> Faults { get; init; }

    /// <summary>As it lies in the file; of a long row its beginning.</summary>
    public required string Raw { get; init; }

    /// <summary>The conversation; empty for a bad row.</summary>
    public IReadOnlyList<MessageView> Messages { get; init; } = [];

    /// <summary>Names of the tools that it defines.</summary>
    public IReadOnlyList<string> Tools { get; init; } = [];

    /// <summary>Whether the model is to answer it: nothing of it is learnt, and an assistant message at its end is the dataset's own answer.</summary>
    public bool IsPrompt { get; init; }

    /// <summary>Of a prompt: its fields beside the conversation, which graders read as <c>item</c>, by name.</summary>
    public IReadOnlyList<(string Name, string Text)> Fields { get; init; } = [];

    /// <summary>As the model sees it; <see langword="null"/> for a bad row and where the model's template refuses it.</summary>
    public RenderedView? Rendered { get; init; }

    /// <summary>Why the template refuses it, or empty.</summary>
    public string Refusal { get; init; } = "";
}
