using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Grading.Sandbox;

namespace FineTuneStudio.Engine.Grading;

/// <summary>Functions in Python that a model calls, in the sandbox that graders run in. Thread-safe.</summary>
/// <remarks>Dispose it when nothing is called any more: it keeps processes.</remarks>
public sealed class ToolBox : IDisposable
{
    private readonly PythonWorkers _workers;

    private ToolBox(PythonWorkers workers, JsonElement definitions)
    {
        _workers = workers;
        Definitions = definitions;
        Names = definitions.EnumerateArray().Select(tool => tool.GetProperty("function").GetProperty("name").GetString()!).ToHashSet();
    }

    /// <summary>The functions in OpenAI's form, a list: what the model is told.</summary>
    public JsonElement Definitions { get; }

    /// <summary>Their names.</summary>
    public IReadOnlySet<string> Names { get; }

    /// <summary>Loads functions.</summary>
    /// <param name="source">Python.</param>
    /// <exception cref="UserErrorException">The source does not load or has no function, or Python cannot run here.</exception>
    public static ToolBox Load(string source) => Load(source, new GraderServices());

    /// <summary>Loads functions, with what they may use.</summary>
    internal static ToolBox Load(string source, GraderServices services)
    {
        if (PythonSandbox.WhyNot is { } reason)
        {
            throw new UserErrorException("reinforcement.tools", reason);
        }

        var workers = new PythonWorkers(source, services.Sandbox, services.Workers, WorkerRole.Tools);
        try
        {
            return new ToolBox(workers, workers.Use(worker => worker.Tools!.Value, CancellationToken.None));
        }
        catch (GradeException exception)
        {
            workers.Dispose();
            throw new UserErrorException("reinforcement.tools.source", exception.Message);
        }
    }

    /// <summary>Answers a call. What keeps a function from an answer is an answer too: the model reads it.</summary>
    /// <param name="call">A call of the model.</param>
    /// <param name="item">The row's fields.</param>
    /// <param name="cancellationToken">Ends the function.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ToolResult Call(ToolCall call, JsonElement item, CancellationToken cancellationToken)
    {
        if (!Names.Contains(call.Name))
        {
            return new ToolResult($"Error: there is no tool {call.Name}; there is {string.Join(", ", Names.Order(StringComparer.Ordinal))}.", IsError: true);
        }

        try
        {
            return new ToolResult(_workers.Use(worker => worker.Call(call.Name, call.Arguments, item, cancellationToken), cancellationToken), IsError: false);
        }
        catch (GradeException exception)
        {
            return new ToolResult($"Error: {exception.Message}", IsError: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _workers.Dispose();
}
