using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Sandbox;

/// <summary>One process in the sandbox with a grader's source loaded; answers one question at a time.</summary>
internal sealed class PythonWorker : IDisposable
{
    private readonly SandboxLimits _limits;
    private readonly Process _process;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly byte[] _reply;
    private int _filled;
    private long _number;
    private volatile bool _isLate;

    /// <summary>Starts a process and loads the source.</summary>
    /// <exception cref="GradeException">The source does not load.</exception>
    public PythonWorker(string source, SandboxLimits limits)
    {
        _limits = limits;
        _reply = new byte[limits.ReplyBytes];
        _process = PythonSandbox.Start(limits);
        _input = _process.StandardInput.BaseStream;
        _output = _process.StandardOutput.BaseStream;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        try
        {
            var reply = Ask(JsonSerializer.SerializeToUtf8Bytes(new { source }), limits.StartTime, CancellationToken.None);
            if (reply.TryGetProperty("error", out var error))
            {
                throw new GradeException(GradeErrorKind.PythonRaised, $"The grader does not load: {error.GetString()}");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether it can be asked again.</summary>
    public bool IsUsable { get; private set; } = true;

    /// <summary>Asks for the score of one answer.</summary>
    /// <exception cref="GradeException">The grader raised, returned no number or broke a limit; after a limit the worker is no longer usable.</exception>
    public double Score(GradedSample sample, CancellationToken cancellationToken)
    {
        var id = ++_number;
        var reply = Ask(Question(id, sample), _limits.Time, cancellationToken);
        if (reply.ValueKind != JsonValueKind.Object || !reply.TryGetProperty("id", out var answered) || answered.ValueKind != JsonValueKind.Number || answered.GetInt64() != id)
        {
            IsUsable = false;
            throw new GradeException(GradeErrorKind.PythonLimit, "The grader wrote where only its score may be written.");
        }

        if (reply.TryGetProperty("score", out var score) && score.ValueKind == JsonValueKind.Number && double.IsFinite(score.GetDouble()))
        {
            return score.GetDouble();
        }

        throw new GradeException(GradeErrorKind.PythonRaised, $"The grader raised {(reply.TryGetProperty("error", out var error) ? error.ToString() : "an error")}");
    }

    /// <summary>Ends the process and everything in its sandbox.</summary>
    public void Dispose()
    {
        IsUsable = false;
        Kill();
        _process.Dispose();
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
                throw new GradeException(GradeErrorKind.PythonLimit, $"The grader wrote more than {_reply.Length} bytes where only its score may be written.");
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
            throw new GradeException(GradeErrorKind.PythonLimit, "The grader wrote where only its score may be written.");
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
            ? $"The grader took longer than {time.TotalSeconds:0.#} s."
            : "The grader's process ended in the middle: it crashed, or left by itself.");
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
