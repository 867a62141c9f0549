# Operations: codepipeline:ListPipelines, codepipeline:GetPipelineState, codebuild:ListProjects, codebuild:BatchGetProjects
import boto3

cp = boto3.client("codepipeline")
cb = boto3.client("codebuild")
for p in cp.list_pipelines()["pipelines"]:
    state = cp.get_pipeline_state(name=p["name"])
    print(p["name"], [s.get("latestExecution", {}).get("status") for s in state["stageStates"]])
projects = cb.list_projects()["projects"]
while projects:
    batch, projects = projects[:100], projects[100:]
    for project in cb.batch_get_projects(names=batch)["projects"]:
        print(project["name"], project["environment"]["privilegedMode"])
