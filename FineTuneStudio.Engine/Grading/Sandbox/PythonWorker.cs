using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Sandbox;

/// <summary>One process in the sandbox with a source loaded; answers one question at a time.</summary>
internal sealed class PythonWorker : IDisposable
{
    private readonly SandboxLimits _limits;
    private readonly WorkerRole _role;
    private readonly Process _process;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly byte[] _reply;
    private int _filled;
    private long _number;
    private volatile bool _isLate;

    /// <summary>Starts a process and loads the source.</summary>
    /// <exception cref="GradeException">The source does not load.</exception>
    public PythonWorker(string source, SandboxLimits limits, WorkerRole role)
    {
        (_limits, _role) = (limits, role);
        _reply = new byte[limits.ReplyBytes];
        _process = PythonSandbox.Start(limits);
        _input = _process.StandardInput.BaseStream;
        _output = _process.StandardOutput.BaseStream;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        try
        {
            var reply = Ask(JsonSerializer.SerializeToUtf8Bytes(new { source, kind = role.Kind }), limits.StartTime, CancellationToken.None);
            if (reply.TryGetProperty("error", out var error))
            {
                throw new GradeException(GradeErrorKind.PythonRaised, $"{role.NotLoaded}: {error.GetString()}");
            }

            Tools = reply.TryGetProperty("tools", out var tools) ? tools : null;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The tools that the source defines, in OpenAI's form; <see langword="null"/> where it is for something else.</summary>
    public JsonElement? Tools { get; }

    /// <summary>Whether it can be asked again.</summary>
    public bool IsUsable { get; private set; } = true;

    /// <summary>Asks for the score of one answer.</summary>
    /// <exception cref="GradeException">The grader raised, returned no number or broke a limit; after a limit the worker is no longer usable.</exception>
    public double Score(GradedSample sample, CancellationToken cancellationToken)
    {
        var reply = Ask(id => Question(id, sample), cancellationToken);
        if (reply.TryGetProperty("score", out var score) && score.ValueKind == JsonValueKind.Number && double.IsFinite(score.GetDouble()))
        {
            return score.GetDouble();
        }

        throw new GradeException(GradeErrorKind.PythonRaised, Raised(reply));
    }

    /// <summary>Has a tool answer a call.</summary>
    /// <param name="name">Of its function.</param>
    /// <param name="arguments">A JSON object.</param>
    /// <param name="item">The row's fields.</param>
    /// <param name="cancellationToken">Ends the process.</param>
    /// <exception cref="GradeException">The function raised or broke a limit; after a limit the worker is no longer usable.</exception>
    public string Call(string name, string arguments, JsonElement item, CancellationToken cancellationToken)
    {
        var reply = Ask(id => Call(id, name, arguments, item), cancellationToken);
        return reply.TryGetProperty("result", out var result) && result.ValueKind == JsonValueKind.String
            ? result.GetString()!
            : throw new GradeException(GradeErrorKind.PythonRaised, Raised(reply));
    }

    /// <summary>Ends the process and everything in its sandbox.</summary>
    public void Dispose()
    {
        IsUsable = false;
        Kill();
        _process.Dispose();
    }

    private string Raised(JsonElement reply) => $"{_role.Subject} raised {(reply.TryGetProperty("error", out var error) ? error.ToString() : "an error")}";

    // A question with a number of its own, which comes back.
    private JsonElement Ask(Func<long, byte[]> question, CancellationToken cancellationToken)
    {
        var id = ++_number;
        var reply = Ask(question(id), _limits.Time, cancellationToken);
        if (reply.ValueKind != JsonValueKind.Object || !reply.TryGetProperty("id", out var answered) || answered.ValueKind != JsonValueKind.Number || answered.GetInt64() != id)
        {
            IsUsable = false;
            throw new GradeException(GradeErrorKind.PythonLimit, $"{_role.Subject} wrote where only {_role.Reply} may be written.");
        }

        return reply;
    }

    // One line there, one line back, within a time.
    private JsonElement Ask(ReadOnlySpan<byte> question, TimeSpan time, CancellationToken cancellationToken)
    {
        using var clock = new Timer(_ => { _isLate = true; Kill(); }, null, time, Timeout.InfiniteTimeSpan);
        using var cancelled = cancellationToken.Register(Kill);
        try
        {
            _input.Write(question);
            _input.WriteByte((byte)'\n');
            _input.Flush();
            return Reply(time, cancellationToken);
        }
        catch (IOException)
        {
            throw Ended(time, cancellationToken);
        }
    }

    private JsonElement Reply(TimeSpan time, CancellationToken cancellationToken)
    {
        int end;
        while ((end = _reply.AsSpan(0, _filled).IndexOf((byte)'\n')) < 0)
        {
            if (_filled == _reply.Length)
            {
                IsUsable = false;
                throw new GradeException(GradeErrorKind.PythonLimit, $"{_role.Subject} wrote more than {_reply.Length} bytes where only {_role.Reply} may be written.");
            }

            var count = _output.Read(_reply, _filled, _reply.Length - _filled);
            if (count == 0)
            {
                throw Ended(time, cancellationToken);
            }

            _filled += count;
        }

        try
        {
            return JsonText.Parse(Encoding.UTF8.GetString(_reply, 0, end));
        }
        catch (JsonException)
        {
            IsUsable = false;
            throw new GradeException(GradeErrorKind.PythonLimit, $"{_role.Subject} wrote where only {_role.Reply} may be written.");
        }
        finally
        {
            _reply.AsSpan(end + 1, _filled - end - 1).CopyTo(_reply);
            _filled -= end + 1;
        }
    }

    private GradeException Ended(TimeSpan time, CancellationToken cancellationToken)
    {
        IsUsable = false;
        cancellationToken.ThrowIfCancellationRequested();
        return new GradeException(GradeErrorKind.PythonLimit, _isLate
            ? $"{_role.Subject} took longer than {time.TotalSeconds:0.#} s."
            : $"{_role.Subject}'s process ended in the middle: it crashed, or left by itself.");
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    private static byte[] Call(long id, string name, string arguments, JsonElement item)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", id);
            writer.WriteString("call", name);
            writer.WritePropertyName("arguments");
            writer.WriteRawValue(arguments);
            writer.WritePropertyName("item");
            item.WriteTo(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Question(long id, GradedSample sample)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", id);
            writer.WriteStartObject("sample");
            writer.WriteString("output_text", sample.OutputText);
            if (sample.OutputTools is { } tools)
            {
                writer.WritePropertyName("output_tools");
                tools.WriteTo(writer);
            }

            if (sample.Messages is { } messages)
            {
                writer.WritePropertyName("messages");
                messages.WriteTo(writer);
            }

            if (TryJson(sample.OutputText) is { } json)
            {
                writer.WritePropertyName("output_json");
                json.WriteTo(writer);
            }

            writer.WritePropertyName("choices");
            JsonSerializer.Serialize(writer, new[] { new { index = 0, message = new { role = "assistant", content = sample.OutputText, tool_calls = sample.OutputTools } } });
            writer.WriteEndObject();
            writer.WritePropertyName("item");
            sample.Item.WriteTo(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static JsonElement? TryJson(string text)
    {
        if (text.AsSpan().TrimStart() is not ['{' or '[' or '"' or '-' or 't' or 'f' or 'n' or (>= '0' and <= '9'), ..])
        {
            return null;
        }

        try
        {
            return JsonText.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
