using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates;

/// <summary>What one rendering works on: its output, its place, and what it has used up of its limits.</summary>
internal sealed class RenderState(TemplateInput input, IReadOnlyDictionary<string, Nodes.BlockStatement> blocks)
{
    private const int CharactersToAStep = 32;

    private readonly TemplateLimits _limits = input.Limits;
    private readonly List<(int Start, string Text)> _generations = [];
    private long _steps;
    private int _depth;

    /// <summary>
    /// The output. Captured parts (macros, set blocks) are written to its end and taken off again, so that its length is always where
    /// the text being written will come to lie.
    /// </summary>
    public TextBuffer Output { get; } = new();

    public TimeProvider Clock { get; } = input.Clock;

    public bool StrictSandbox { get; } = input.StrictSandbox;

    public IReadOnlyDictionary<string, Nodes.BlockStatement> Blocks { get; } = blocks;

    /// <summary>Line of the statement under way.</summary>
    public int Line { get; set; } = 1;

    public bool AutoEscape { get; set; }

    public int MostItems => _limits.Items;

    public void Step()
    {
        if (++_steps > _limits.Steps)
        {
            throw TemplateException.Limit($"The template takes more than {_limits.Steps} steps; it loops too long.");
        }
    }

    public void Step(int count)
    {
        _steps += count;
        Step();
    }

    public void RequireCharacters(long count)
    {
        if (count > _limits.Characters)
        {
            throw TemplateException.Limit($"A text of {count} characters is longer than the {_limits.Characters} allowed.");
        }
    }

    /// <summary>Counts a text that an operation makes at once: long ones, made again and again, take time and memory too.</summary>
    public void Make(long count)
    {
        RequireCharacters(count);
        _steps += count / CharactersToAStep;
    }

    public void RequireItems(long count)
    {
        Step();
        if (count > _limits.Items)
        {
            throw TemplateException.Limit($"A list of {count} items is longer than the {_limits.Items} allowed.");
        }

        _steps += count;
    }

    /// <summary>Enters a macro, a recursive loop or a block.</summary>
    public void Enter()
    {
        Step();
        if (++_depth > _limits.Depth || !System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw TemplateException.Limit($"Macros call each other more than {_limits.Depth} deep; one of them never ends.");
        }
    }

    public void Leave() => _depth--;

    public void Write(string text)
    {
        Output.Append(text);
        RequireCharacters(Output.Length);
    }

    /// <summary>Prints a value.</summary>
    public void Print(object value) => Write(AutoEscape ? Markup.Escape(value) : value as string ?? PyText.Str(value));

    /// <summary>Takes what was written since <paramref name="start"/> off the output again.</summary>
    public string Take(int start)
    {
        Make(Output.Length - start);
        return Output.Take(start);
    }

    /// <summary>Text as a capture gives it: markup while escaping is on.</summary>
    public object Captured(string text) => AutoEscape ? new Markup(text) : text;

    public void AddGeneration(int start, string text) => _generations.Add((start, text));

    /// <summary>Where the generation blocks lie; one whose text was changed or moved after it was captured is left out.</summary>
    public IReadOnlyList<TextSpan> GenerationSpans(string text)
    {
        if (_generations.Count == 0)
        {
            return [];
        }

        return [.. _generations
            .Where(block => block.Start + block.Text.Length <= text.Length && text.AsSpan(block.Start, block.Text.Length).SequenceEqual(block.Text))
            .Select(block => new TextSpan(block.Start, block.Start + block.Text.Length))];
    }
}
