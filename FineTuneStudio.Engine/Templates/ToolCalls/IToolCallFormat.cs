namespace FineTuneStudio.Engine.Templates.ToolCalls;

/// <summary>How a family of models writes tool calls.</summary>
internal interface IToolCallFormat
{
    /// <summary>Finds the calls of an answer.</summary>
    /// <param name="text">The answer with its special tokens, without the one that ended it.</param>
    /// <param name="tools">Names of the tools that the model was told of; <see langword="null"/> for none.</param>
    /// <param name="faults">Hears why something that looks like a call is none.</param>
    /// <returns>Stretches of the text that are calls, in order; nothing else of the text is touched.</returns>
    IReadOnlyList<FoundCalls> Find(string text, IReadOnlySet<string>? tools, List<string> faults);
}
