namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>What a name or attribute that is not there gives: prints as nothing, is false and empty, and fails on any further use.</summary>
internal sealed class Undefined
{
    private readonly string? _hint;
    private readonly object? _owner;
    private readonly object? _name;
    private readonly TemplateFaultKind _kind;

    private Undefined(string? hint, object? owner, object? name, TemplateFaultKind kind)
    {
        _hint = hint;
        _owner = owner;
        _name = name;
        _kind = kind;
    }

    /// <summary>A variable that nothing defines.</summary>
    public static Undefined Variable(string name) => new(null, null, name, TemplateFaultKind.Undefined);

    /// <summary>An element or attribute that <paramref name="owner"/> lacks.</summary>
    public static Undefined Member(object owner, object name) => new(null, owner, name, TemplateFaultKind.Undefined);

    /// <summary>Something else, said in words.</summary>
    public static Undefined Because(string hint) => new(hint, null, null, TemplateFaultKind.Undefined);

    /// <summary>An attribute that the sandbox hides.</summary>
    public static Undefined Unsafe(object owner, string name) => new(
        $"The sandbox hides '{name}' of {PyType.Describe(owner)}; use the value's public methods instead.", owner, name, TemplateFaultKind.Security);

    /// <summary>Why it is undefined.</summary>
    public string Message => _hint
        ?? (_owner is null
            ? $"'{_name}' is undefined; pass it as a variable, or guard it with 'is defined' or the default filter."
            : $"{PyType.Describe(_owner)} has no {(_name is string ? "attribute" : "element")} {PyText.Repr(_name!)}; guard it with 'is defined' or the default filter.");

    /// <summary>The fault of using it.</summary>
    public TemplateException Fault() => new(_kind, Message);
}
