using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FineTuneStudio.Persistence.Migrations;

/// <summary>The first tables. Written by hand, for both databases; a test holds it to the model.</summary>
[DbContext(typeof(StudioDatabase))]
[Migration("0001_Initial")]
internal sealed class M0001Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "Datasets",
            table => new
            {
                Id = table.Column<Guid>(),
                Name = table.Column<string>(maxLength: 255),
                State = table.Column<string>(maxLength: 16),
                Extension = table.Column<string>(maxLength: 16),
                Bytes = table.Column<long>(),
                Sha256 = table.Column<string>(maxLength: 64),
                Rows = table.Column<long>(),
                BadRows = table.Column<long>(),
                Faults = table.Column<long>(),
                Columns = table.Column<string>(nullable: true),
                Message = table.Column<string>(),
                CreatedAt = table.Column<long>(),
            },
            constraints: table => table.PrimaryKey("PK_Datasets", row => row.Id));
        migrationBuilder.CreateIndex("IX_Datasets_CreatedAt", "Datasets", "CreatedAt");

        migrationBuilder.CreateTable(
            "Models",
            table => new
            {
                Id = table.Column<Guid>(),
                Name = table.Column<string>(maxLength: 100),
                Folder = table.Column<string>(),
                Architecture = table.Column<string>(maxLength: 100),
                Parameters = table.Column<long>(),
                Bytes = table.Column<long>(),
                Sha256 = table.Column<string>(maxLength: 64),
                ContextLength = table.Column<int>(),
                Embedded = table.Column<bool>(),
                CreatedAt = table.Column<long>(),
            },
            constraints: table => table.PrimaryKey("PK_Models", row => row.Id));
        migrationBuilder.CreateIndex("IX_Models_Name", "Models", "Name", unique: true);

        migrationBuilder.CreateTable(
            "Runs",
            table => new
            {
                Id = table.Column<Guid>(),
                Name = table.Column<string>(maxLength: 200),
                State = table.Column<string>(maxLength: 16),
                Specification = table.Column<string>(),
                DatasetId = table.Column<Guid>(nullable: true),
                ModelId = table.Column<Guid>(nullable: true),
                Step = table.Column<int>(),
                TotalSteps = table.Column<int>(),
                Loss = table.Column<double>(nullable: true),
                HeldOutLoss = table.Column<double>(nullable: true),
                Message = table.Column<string>(),
                CreatedAt = table.Column<long>(),
                StartedAt = table.Column<long>(nullable: true),
                EndedAt = table.Column<long>(nullable: true),
            },
            constraints: table => table.PrimaryKey("PK_Runs", row => row.Id));
        migrationBuilder.CreateIndex("IX_Runs_CreatedAt", "Runs", "CreatedAt");
        migrationBuilder.CreateIndex("IX_Runs_State", "Runs", "State");

        migrationBuilder.CreateTable(
            "Adapters",
            table => new
            {
                Id = table.Column<Guid>(),
                RunId = table.Column<Guid>(),
                Name = table.Column<string>(maxLength: 200),
                Bytes = table.Column<long>(),
                Sha256 = table.Column<string>(maxLength: 64),
                HeldOutLoss = table.Column<double>(nullable: true),
                CreatedAt = table.Column<long>(),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_Adapters", row => row.Id);
                table.ForeignKey("FK_Adapters_Runs_RunId", row => row.RunId, "Runs", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("IX_Adapters_CreatedAt", "Adapters", "CreatedAt");
        migrationBuilder.CreateIndex("IX_Adapters_RunId", "Adapters", "RunId", unique: true);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var table in (string[])["Adapters", "Runs", "Models", "Datasets"])
        {
            migrationBuilder.DropTable(table);
        }
    }
}
