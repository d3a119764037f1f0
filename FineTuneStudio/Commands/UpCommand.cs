using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Commands;

/// <summary><c>up</c>: the studio in the browser. The only verb that starts the web host.</summary>
internal static class UpCommand
{
    private const int DefaultPort = 5080;

    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "Port to listen on; 0 takes a free one", DefaultValueFactory = _ => DefaultPort };
        var data = DataOption.Create();
        var bind = new Option<string>("--bind") { Description = "Address to listen on; the default is this machine only", DefaultValueFactory = _ => "127.0.0.1" };
        var command = new Command("up", "Start the studio and print its address") { port, data, bind };
        command.SetAction(result => CommandRunner.Run(() => Run(result.GetRequiredValue(port), result.GetRequiredValue(data), result.GetRequiredValue(bind))));
        return command;
    }

    private static int Run(int port, string data, string bind)
    {
        if (port is < 0 or > 65535)
        {
            throw new UserErrorException("--port", $"Use a port from 0 to 65535, not {port}.");
        }

        if (!IPAddress.TryParse(bind, out var address))
        {
            throw new UserErrorException("--bind", $"'{bind}' is no IP address. Use 127.0.0.1 for this machine only, 0.0.0.0 for every network.");
        }

        RefuseTakenPort(address, port);
        using var app = StudioHost.Create(new StudioHostSettings { DataDirectory = data, Address = address, Port = port });
        try
        {
            app.StartAsync().GetAwaiter().GetResult();
        }
        catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw PortInUse(port);
        }

        Console.WriteLine($"FineTuneStudio is at {string.Join(", ", app.Urls)}");
        Console.WriteLine($"Data in {data}. Ctrl-C stops; runs go on at the next start.");
        app.WaitForShutdownAsync().GetAwaiter().GetResult();
        return CommandRunner.Success;
    }

    /// <summary>Asked before the host is built: it is quicker, and the host would log the failure with its whole stack.</summary>
    private static void RefuseTakenPort(IPAddress address, int port)
    {
        using var probe = new TcpListener(address, port);
        try
        {
            probe.Start();
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw PortInUse(port);
        }
        catch (SocketException exception)
        {
            throw new UserErrorException("--bind", $"{address}:{port} cannot be listened on: {exception.Message}. Ports below 1024 need root; the address must be one of this machine's.");
        }
    }

    private static UserErrorException PortInUse(int port)
        => new("--port", $"Port {port} is in use. Stop what uses it (ss -ltnp 'sport = :{port}' names it), or choose another: ./studio up --port {port + 1}.");
}
