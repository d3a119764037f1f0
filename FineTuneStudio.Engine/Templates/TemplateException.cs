namespace FineTuneStudio.Engine.Templates;

/// <summary>Carries a fault from deep in an expression up to the rendering, which knows the line.</summary>
internal sealed class TemplateException(TemplateFaultKind kind, string message, int line = 0) : Exception(message)
{
    public TemplateFaultKind Kind { get; } = kind;

    /// <summary>Line of the template; 0 where only the rendering knows it.</summary>
    public int Line { get; } = line;

    public static TemplateException Type(string message) => new(TemplateFaultKind.Type, message);

    public static TemplateException Value(string message) => new(TemplateFaultKind.Value, message);

    public static TemplateException Limit(string message) => new(TemplateFaultKind.Limit, message);
}
