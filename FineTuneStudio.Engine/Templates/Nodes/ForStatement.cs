using FineTuneStudio.Engine.Templates.Binding;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>{% for %}</c>, with its condition, its <c>else</c>, the variable <c>loop</c>, and recursion.</summary>
internal sealed class ForStatement(
    Target target, Expression iterable, Statement[] body, Statement[] otherwise, Expression? test, bool isRecursive, int line) : Statement(line)
{
    private FunctionScope? _function;
    private FunctionScope? _testFunction;
    private FrameLayout? _bodyLayout;
    private FrameLayout? _elseLayout;
    private FrameLayout? _testLayout;
    private BoundTarget? _bodyTarget;
    private BoundTarget? _testTarget;
    private VariableReference? _loop;

    public Expression Iterable => iterable;

    public override IEnumerable<Node> Children => [target, iterable, .. body, .. otherwise, .. test is null ? Array.Empty<Node>() : [test]];

    public override void Bind(BindFrame frame)
    {
        iterable.Bind(frame);
        var inner = frame.Loop(ownFunction: isRecursive);
        _function = inner.Function;
        var usesLoop = isRecursive || Undeclared.Find(body, "loop").Count > 0 || Children.SelectMany(child => child.All()).OfType<BlockStatement>().Any(block => block.IsScoped);
        if (usesLoop)
        {
            _loop = inner.Function.Reach(inner.Symbols.DeclareParameter("loop"));
        }

        if (All().OfType<NameTarget>().FirstOrDefault(name => name is { Name: "loop", IsParameter: false }) is { } written)
        {
            throw new TemplateException(TemplateFaultKind.Syntax, "'loop' belongs to the loop and cannot be set inside it; choose another name.", written.Line);
        }

        var visitor = new SymbolVisitor(inner.Symbols);
        visitor.Visit(target, asParameter: true);
        visitor.VisitAll(body);
        _bodyLayout = inner.Symbols.Layout();
        _bodyTarget = target.Bind(inner);
        BindTest(frame);
        BindAll(body, inner);
        BindElse(frame);
    }

    public override Flow Execute(Frame frame)
    {
        var items = iterable.Evaluate(frame);
        if (isRecursive)
        {
            frame.State.Print(Recurse(frame, items, 0));
            return Flow.Next;
        }

        return Run(frame, frame, items, null, 0);
    }

    private void BindTest(BindFrame frame)
    {
        if (test is null)
        {
            return;
        }

        var inner = frame.InnerFunction();
        _testFunction = inner.Function;
        var visitor = new SymbolVisitor(inner.Symbols);
        visitor.Visit(target, asParameter: true);
        visitor.Visit(test);
        _testLayout = inner.Symbols.Layout();
        _testTarget = target.Bind(inner);
        test.Bind(inner);
    }

    private void BindElse(BindFrame frame)
    {
        if (otherwise.Length == 0)
        {
            return;
        }

        var inner = frame.InnerIn(_function!);
        new SymbolVisitor(inner.Symbols).VisitAll(otherwise);
        _elseLayout = inner.Symbols.Layout();
        BindAll(otherwise, inner);
    }

    private object Recurse(Frame outer, object items, int depth)
    {
        var state = outer.State;
        state.Enter();
        var start = state.Output.Length;
        Run(outer, new Frame(state, outer.Context, outer, _function!.Slots), items, (inner, level) => Recurse(outer, inner, level), depth);
        state.Leave();
        return state.Captured(state.Take(start));
    }

    private Flow Run(Frame outer, Frame frame, object items, Func<object, int, object>? recurse, int depth)
    {
        var source = test is null ? items : new PyIterator(Passing(outer, items));
        var bodyEnded = _loop is { } reference
            ? RunWithLoop(frame, reference, new LoopContext(frame.State, source, recurse, depth))
            : source is PyList list ? RunOver(frame, list) : RunOver(frame, PyIteration.Enumerate(frame.State, source));
        _bodyLayout!.Leave(frame);
        if (_elseLayout is null || bodyEnded)
        {
            return Flow.Next;
        }

        _elseLayout.Enter(frame);
        var flow = ExecuteAll(otherwise, frame);
        _elseLayout.Leave(frame);
        return flow;
    }

    // Each of the three runs the body over the items and says whether it came to its end at least once. As in jinja2, the else part
    // also follows a loop in which every round was broken off or continued early.
    private bool RunWithLoop(Frame frame, VariableReference reference, LoopContext loop)
    {
        var ended = false;
        while (loop.Next() is { } item)
        {
            frame.Set(reference, loop);
            if (Round(frame, item, ref ended))
            {
                break;
            }
        }

        return ended;
    }

    private bool RunOver(Frame frame, PyList list)
    {
        var ended = false;
        for (var i = 0; i < list.Items.Count; i++)
        {
            frame.State.Step();
            if (Round(frame, list.Items[i], ref ended))
            {
                break;
            }
        }

        return ended;
    }

    private bool RunOver(Frame frame, IEnumerator<object> items)
    {
        var ended = false;
        while (items.MoveNext() && !Round(frame, items.Current, ref ended))
        {
        }

        return ended;
    }

    private bool Round(Frame frame, object item, ref bool ended)
    {
        _bodyTarget!(frame, item);
        _bodyLayout!.Enter(frame);
        var flow = ExecuteAll(body, frame);
        ended |= flow == Flow.Next;
        return flow == Flow.Break;
    }

    private IEnumerable<object> Passing(Frame outer, object items)
    {
        var frame = new Frame(outer.State, outer.Context, outer, _testFunction!.Slots);
        _testLayout!.Enter(frame);
        foreach (var item in PyIteration.Items(outer.State, items))
        {
            _testTarget!(frame, item);
            if (PyOperators.IsTrue(test!.Evaluate(frame)))
            {
                yield return item;
            }
        }
    }
}
