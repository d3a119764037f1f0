namespace FineTuneStudio.Engine.Templates;

/// <summary>Kinds of template faults.</summary>
public enum TemplateFaultKind
{
    /// <summary>The template cannot be read.</summary>
    Syntax,

    /// <summary>The template itself called <c>raise_exception</c>: it refuses the conversation.</summary>
    RaiseException,

    /// <summary>An undefined value was used for more than printing or testing.</summary>
    Undefined,

    /// <summary>The sandbox forbids it.</summary>
    Security,

    /// <summary>An operation got a value of a wrong type.</summary>
    Type,

    /// <summary>An operation got a wrong value.</summary>
    Value,

    /// <summary>A division by zero.</summary>
    ZeroDivision,

    /// <summary>A number or range too large.</summary>
    Overflow,

    /// <summary>A key or index that is not there.</summary>
    Lookup,

    /// <summary>An attribute that is not there.</summary>
    Attribute,

    /// <summary>A limit of this engine was reached (output, steps, depth).</summary>
    Limit,

    /// <summary>Anything else that happens while rendering.</summary>
    Runtime,
}
