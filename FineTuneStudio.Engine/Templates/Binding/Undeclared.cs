using System.Runtime.CompilerServices;
using FineTuneStudio.Engine.Templates.Nodes;

namespace FineTuneStudio.Engine.Templates.Binding;

/// <summary>Finds which special names (<c>loop</c>, <c>caller</c>, ...) a body reads before it sets them.</summary>
internal static class Undeclared
{
    public static HashSet<string> Find(IEnumerable<Node> nodes, params string[] names)
    {
        var wanted = names.ToHashSet();
        var found = new HashSet<string>();
        foreach (var node in nodes)
        {
            Visit(node);
        }

        return found;

        void Visit(Node node)
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            switch (node)
            {
                case NameExpression name when wanted.Contains(name.Name):
                    found.Add(name.Name);
                    return;
                case NameExpression name:
                    wanted.Remove(name.Name);
                    return;
                case NameTarget target:
                    wanted.Remove(target.Name);
                    return;
                case BlockStatement:
                    return;
            }

            foreach (var child in node.Children)
            {
                Visit(child);
            }
        }
    }
}
