using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Judging;

/// <summary>Asks an endpoint that speaks OpenAI's chat completions, once a question.</summary>
/// <remarks>The key goes to the address that the settings name and nowhere else: redirects are not followed, and no message has it.</remarks>
internal sealed class HttpJudge : IJudge, IDisposable
{
    private const int MostAnswerBytes = 16 << 20;
    private readonly JudgeSettings _settings;
    private readonly Uri _address;
    private readonly HttpClient _http;

    public HttpJudge(JudgeSettings settings)
    {
        _settings = settings;
        _address = new Uri($"{settings.BaseAddress.TrimEnd('/')}/chat/completions");
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(20), AutomaticDecompression = DecompressionMethods.None })
        {
            Timeout = TimeSpan.FromSeconds(settings.TimeoutSeconds),
            MaxResponseContentBufferSize = MostAnswerBytes,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("FineTuneStudio");
    }

    /// <inheritdoc/>
    public JudgeAnswer Ask(JudgeRequest request, CancellationToken cancellationToken)
    {
        var model = request.Model.Length > 0 ? request.Model : _settings.Model;
        if (model.Length == 0)
        {
            throw new JudgeException(GradeErrorKind.JudgeUnreachable, "Neither the grader nor the setting Judge:Model names a model to ask.");
        }

        // Read at each question, so that it is kept nowhere.
        var key = _settings.KeyVariable.Length > 0 ? Environment.GetEnvironmentVariable(_settings.KeyVariable) : null;
        using var message = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new ByteArrayContent(ChatCompletion.Write(request with { Model = model }, _settings.StructuredOutput)) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (!string.IsNullOrWhiteSpace(key))
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key.Trim());
        }

        var (response, body) = Send(message, cancellationToken);
        using (response)
        {
            // Some endpoints say what they were sent.
            body = string.IsNullOrWhiteSpace(key) ? body : body.Replace(key.Trim(), "(the key)", StringComparison.Ordinal);
            return response.IsSuccessStatusCode
                ? ChatCompletion.Read(body, _address)
                : throw new JudgeRefusal(_settings, _address, model, key).Explain(response, body);
        }
    }

    public void Dispose() => _http.Dispose();

    private (HttpResponseMessage Response, string Body) Send(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        try
        {
            // Judges are asked from threads of their own, so waiting here holds nobody up.
            var response = _http.Send(message, HttpCompletionOption.ResponseContentRead, cancellationToken);
            using var memory = new MemoryStream();
            response.Content.CopyTo(memory, context: null, cancellationToken);
            return (response, Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new JudgeException(
                GradeErrorKind.JudgeUnreachable, $"The judge at {_address} did not answer within {_settings.TimeoutSeconds:0.###} seconds (Judge:TimeoutSeconds).", isPassing: true);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new JudgeException(GradeErrorKind.JudgeAnswer, $"The judge at {_address} answered with more than {MostAnswerBytes >> 20} MiB.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new JudgeException(
                GradeErrorKind.JudgeUnreachable, $"The judge at {_address} cannot be reached: {exception.Message.TrimEnd('.')}. Is it running, and is Judge:BaseAddress right?", isPassing: true);
        }
    }
}
