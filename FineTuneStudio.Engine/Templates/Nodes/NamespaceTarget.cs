using FineTuneStudio.Engine.Templates.Binding;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>An attribute of a namespace that is set: <c>{% set ns.found = true %}</c>.</summary>
internal sealed class NamespaceTarget(string name, string attribute, int line) : Target(line)
{
    public string Name { get; } = name;

    public override BoundTarget Bind(BindFrame frame)
    {
        var scope = new NameExpression(Name, Line);
        scope.Bind(frame);
        return (current, value) => Require(scope.Evaluate(current)).Set(attribute, value);
    }

    private Namespace Require(object value) => value as Namespace ?? throw new TemplateException(
        TemplateFaultKind.Runtime, $"Only an attribute of a namespace can be set, but '{Name}' is {PyType.Describe(value)}; make it with namespace(...).");
}
