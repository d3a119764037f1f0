namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>The template's own changeable object: <c>namespace(found=false)</c>.</summary>
internal sealed class Namespace
{
    public PyDict Attributes { get; } = new();

    public object? Find(string name) => Attributes.Find(name);

    public void Set(object name, object value)
    {
        if (name is string text && text.StartsWith('_'))
        {
            throw new TemplateException(
                TemplateFaultKind.Security, $"The sandbox forbids the namespace attribute '{text}'; choose a name without a leading underscore.");
        }

        switch (value)
        {
            case PyList { MadeByTemplate: true } list:
                list.Changeable = true;
                break;
            case PyDict { MadeByTemplate: true } dict:
                dict.Changeable = true;
                break;
        }

        Attributes.Set(name, value);
    }
}
