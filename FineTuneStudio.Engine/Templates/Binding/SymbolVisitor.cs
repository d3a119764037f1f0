using System.Runtime.CompilerServices;
using FineTuneStudio.Engine.Templates.Nodes;

namespace FineTuneStudio.Engine.Templates.Binding;

/// <summary>Finds the names a scope reads and sets; stops at the scopes inside it.</summary>
internal sealed class SymbolVisitor(Symbols symbols)
{
    private Symbols _symbols = symbols;

    public void VisitAll(IEnumerable<Node> nodes, bool asParameters = false)
    {
        foreach (var node in nodes)
        {
            Visit(node, asParameters);
        }
    }

    public void Visit(Node node, bool asParameter = false)
    {
        // A long chain of operators is a deep tree.
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (node)
        {
            case NameExpression name:
                _symbols.Read(name.Name);
                break;
            case NameTarget target when asParameter || target.IsParameter:
                _symbols.DeclareParameter(target.Name);
                break;
            case NameTarget target:
                _symbols.Store(target.Name);
                break;
            case NamespaceTarget target:
                _symbols.Read(target.Name);
                break;
            case IfStatement condition:
                VisitIf(condition);
                break;
            case MacroStatement macro:
                _symbols.Store(macro.Name);
                break;
            case AssignStatement assign:
                Visit(assign.Value);
                Visit(assign.Target);
                break;
            case ForStatement loop:
                Visit(loop.Iterable);
                break;
            case CallBlockStatement call:
                Visit(call.Call);
                break;
            case FilterBlockStatement filter:
                Visit(filter.Filter);
                break;
            case WithStatement with:
                VisitAll(with.Values);
                break;
            case AssignBlockStatement assign:
                Visit(assign.Target);
                break;
            case AutoEscapeStatement or BlockStatement or GenerationStatement:
                break;
            default:
                VisitAll(node.Children, asParameter);
                break;
        }
    }

    private void VisitIf(IfStatement condition)
    {
        Visit(condition.Test);
        var original = _symbols;
        Symbols[] branches = [Branch(condition.Body), Branch(condition.ElseIfs), Branch(condition.Else)];
        original.Merge(branches);

        Symbols Branch(IEnumerable<Node> nodes)
        {
            _symbols = original.Branch();
            VisitAll(nodes);
            var branch = _symbols;
            _symbols = original;
            return branch;
        }
    }
}
