# The course in a container: docker build -t downhill . && docker run -p 8888:8888 -v downhill-work:/course/work downhill
FROM python:3.12-slim

RUN useradd --create-home student && mkdir -p /course/work && chown -R student /course
WORKDIR /course
COPY --chown=student pyproject.toml requirements.txt README.md LICENSE LICENSE-TEXT ./
COPY --chown=student src ./src
RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu -c requirements.txt -e ".[frameworks]"
COPY --chown=student notebooks ./notebooks
COPY --chown=student exercises ./exercises

USER student
EXPOSE 8888
CMD ["python", "-m", "helpers.lab", "--no-browser", "--ip=0.0.0.0", "--port=8888"]
